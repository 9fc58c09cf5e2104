#include "jailctl/sdk/occupants.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <memory>
#include <string_view>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/rootfs.hpp"

namespace jailctl {

namespace {

/// By the program it runs, which it cannot choose: what a jail calls itself says nothing, and
/// no file of a jail is ours.
bool is_tree_helper(int processes, const std::string& pid) {
    struct stat helper {}, program {};
    return ::stat((install_paths().libexec / "jailctl-tree").c_str(), &helper) == 0 &&
           ::fstatat(processes, (pid + "/exe").c_str(), &program, 0) == 0 && helper.st_dev == program.st_dev &&
           helper.st_ino == program.st_ino;
}

}  // namespace

std::optional<pid_t> process_in_root(const std::filesystem::path& root) {
    if (root_state(root) != RootState::present) return std::nullopt;
    struct stat wanted {}, found {};
    if (::fstat(Rootfs::open(root).fd(), &wanted) != 0) throw_errno("cannot look at " + root.string());
    const std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
    if (!processes) throw_errno("cannot list /proc");
    while (const dirent* entry = ::readdir(processes.get())) {
        const std::string_view name = entry->d_name;
        pid_t pid = 0;
        const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (status != std::errc{} || end != name.data() + name.size()) continue;
        // The link leads to the directory itself, through idmapped and detached mounts. A process that has ended since
        // is none.
        const std::string link = std::string(name) + "/root";
        if (::fstatat(::dirfd(processes.get()), link.c_str(), &found, 0) != 0) continue;
        if (found.st_dev != wanted.st_dev || found.st_ino != wanted.st_ino) continue;
        if (!is_tree_helper(::dirfd(processes.get()), std::string(name))) return pid;
    }
    return std::nullopt;
}

}  // namespace jailctl
