#include "disk.hpp"

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::lifecycle {

std::int64_t disk_of(const JailStatus& status) {
    const std::filesystem::path path = status.running ? status.running->root : std::filesystem::path(status.root);
    if (path.empty() || root_state(path) != RootState::present) return -1;
    const Rootfs root = Rootfs::open(path);
    TreeJob job{};
    job.action = "measure";
    job.arguments = Value::object();
    job.root = root.fd();
    job.read_only = true;
    return static_cast<std::int64_t>(run_tree(job)["bytes"].num());
}

}  // namespace jailctl::lifecycle
