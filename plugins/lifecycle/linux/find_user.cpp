#include <sys/stat.h>

#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "root_use.hpp"
#include "runtime.hpp"

namespace jailctl::lifecycle {
namespace {

/// A record names its control group, which may come from another spelling of RUN_DIR.
std::string own_group(const Configuration& configuration, const JailName& jail) {
    const RecordState state = look_up_record(configuration, jail.key());
    return state.kind == RecordState::Kind::alive ? state.record.cgroup : Cgroup::name_for(configuration, jail);
}

}  // namespace

/// The control groups first: they know a jail whose processes have changed their root. What no jail of ours is, a
/// container of another tool or a chroot, is found by /proc, where those of the jail itself cannot be told from it.
std::optional<RootUser> LinuxRuntime::find_user(const Configuration& configuration, const JailName& jail,
                                                const std::filesystem::path& root) const {
    if (root_state(root) != RootState::present) return std::nullopt;
    struct stat facts {};
    if (::fstat(Rootfs::open(root).fd(), &facts) != 0) throw_errno("cannot look at " + escape_name(root.string()));
    const std::string own = own_group(configuration, jail);
    const std::string from = " runs from " + escape_name(root.string());
    if (const auto use = user_of_root(noted_roots(), facts, own))
        return RootUser{described(*use) + from, "stop that one first: " + how_to_stop(*use)};
    if (Cgroup(own).populated()) return std::nullopt;
    const auto pid = process_in_root(root);
    if (!pid) return std::nullopt;
    return RootUser{"process " + std::to_string(*pid) + from + ", though no record in RUN_DIR says so",
                    "stop it with what it was started with; 'ps -fp " + std::to_string(*pid) + "' shows what it is"};
}

}  // namespace jailctl::lifecycle
