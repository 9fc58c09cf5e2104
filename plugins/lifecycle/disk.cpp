#include "disk.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {

namespace {

/// Somebody may have put another directory there since the start: the jail writes into the one that was renamed.
void require_root_of(const Configuration& configuration, const JailStatus& status, const Rootfs& root) {
    if (!status.running || status.running->id <= 0 ||
        runs_from_directory(configuration, JailName(status.name), root.fd()))
        return;
    throw Error(Errc::not_found, "another directory stands at " + escape_name(status.running->root.string()) +
                                     " than when it was started, and what it runs from is elsewhere");
}

}  // namespace

std::int64_t disk_of(const Configuration& configuration, const JailStatus& status) {
    const std::filesystem::path path = status.running ? status.running->root : std::filesystem::path(status.root);
    if (path.empty() || root_state(path) != RootState::present) return -1;
    const Rootfs root = Rootfs::open(path);
    require_root_of(configuration, status, root);
    TreeJob job{};
    job.action = "measure";
    job.arguments = Value::object();
    job.root = root.fd();
    job.read_only = true;
    return static_cast<std::int64_t>(run_tree(job)["bytes"].num());
}

}  // namespace jailctl::lifecycle
