#include "view.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/views.hpp"

namespace jailctl::restic {
namespace {
constexpr std::uint64_t memory_for_files = 256U << 20U;  // a limit: what is not written takes none
}

JailView::JailView(const Configuration& configuration, int tree, View access)
    : memory_(scratch_mount(memory_for_files)), tree_(tree_view(tree, access)) {
    const auto running = StateDirectory::running(configuration);
    (void)running.open("restic");  // made: the place to mount on
    place_ = (running.path() / "restic").string();
    for (const char* name : {"jail", "jailctl"})
        if (::mkdirat(memory_.get(), name, 0700) != 0) throw_errno("cannot make a view of the jail for restic");
}

UniqueFd JailView::own_files() const {
    UniqueFd files(::openat(memory_.get(), "jailctl", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!files) throw_errno("cannot open the view of the jail for restic");
    return files;
}

Run JailView::run() const {
    Run run;
    run.mounts = {{memory_.get(), place_}, {tree_.get(), tree()}};
    run.directory = place_;
    return run;
}

}  // namespace jailctl::restic
