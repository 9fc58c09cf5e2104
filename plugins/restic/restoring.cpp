#include "restoring.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/views.hpp"
#include "patterns.hpp"
#include "view.hpp"

namespace jailctl::restic {
namespace {

/// A repository on this host and the cache stay writable while everything else is not.
std::vector<UniqueFd> keep_writable(const Repository& repository, Run& run) {
    std::vector<UniqueFd> held;
    for (const std::string& path : {repository.cache(), repository.local() ? repository.location() : std::string()}) {
        if (path.empty()) continue;
        held.push_back(directory_mount(open_trusted_directory(path, Trust::root).get()));
        run.mounts.insert(run.mounts.begin(), {held.back().get(), path});
    }
    return held;
}

/// What a snapshot says of its top directory is not for us: it is made by jailctl.
class KeptTop {
public:
    explicit KeptTop(int directory) : directory_(directory) {
        if (::fstat(directory, &facts_) != 0) throw_errno("cannot look at the staging directory");
    }
    void restore() const {
        if (::fchownat(directory_, "", facts_.st_uid, facts_.st_gid, AT_EMPTY_PATH) != 0)
            throw_errno("cannot set the owner of the staging directory");
        const UniqueFd open(::openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!open || ::fchmod(open.get(), facts_.st_mode & 07777) != 0)
            throw_errno("cannot set the mode of the staging directory");
    }

private:
    int directory_;
    struct stat facts_ {};
};

/// Puts right what restic could not, from the manifest; what nobody vouches for passes the allow-list instead.
Value settle(const JailView& view, int directory, const Wanted& wanted) {
    const UniqueFd files = view.own_files();
    const UniqueFd manifest(::openat(files.get(), "manifest", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!manifest) throw Error(Errc::damaged, "the snapshot has no manifest of jailctl's");
    return run_tree(
        {.action = "settle",
         .arguments = Value::object().set("trusted", wanted.whole).set("wanted", encode_paths(wanted.paths)),
         .root = directory,
         .id_base = {},
         .read_only = false,
         .descriptors = {{"facts", manifest.get()}},
         .on_progress = {},
         .on_note = {}});
}

}  // namespace

Value write_tree(Invocation& invocation, const Repository& repository, const Wanted& wanted, int directory) {
    const JailView view(invocation.configuration(), directory, View::writable);
    const KeptTop top(directory);
    Run run = view.run();
    run.read_only_host = true;
    const auto held = keep_writable(repository, run);
    std::vector<std::string> arguments{"restore", wanted.snapshot, "--target", view.place(), "--verify"};
    if (repository.read_only()) arguments.emplace_back("--no-lock");
    for (const auto& path : wanted.paths) arguments.push_back("--include=/jail/" + literal_pattern(path));
    if (!wanted.paths.empty()) arguments.emplace_back("--include=/jailctl");
    (void)repository.ask(arguments, run);
    Value settled = settle(view, directory, wanted);
    top.restore();
    return settled;
}

}  // namespace jailctl::restic
