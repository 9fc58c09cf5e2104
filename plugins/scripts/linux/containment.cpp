#include "../containment.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "jailctl/sdk/mounts.hpp"

namespace jailctl::scripts {

namespace {

/// Where cgroup2 is mounted with its root, by mountinfo(5); "" if nowhere.
std::string unified_hierarchy() {
    for (const auto& mount : current_mounts())
        if (mount.type == "cgroup2" && mount.root == "/") return mount.point;
    return {};
}

void put(int directory, const char* file, const std::string& text) noexcept {
    const UniqueFd fd(::openat(directory, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd && ::write(fd.get(), text.data(), text.size()) < 0) return;  // best effort: see the class
}

std::string text_of(int directory, const char* file) {
    const UniqueFd fd(::openat(directory, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    char buffer[4096];
    const auto got = fd ? ::read(fd.get(), buffer, sizeof buffer) : -1;
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

/// Our own group in the unified hierarchy: what /proc/self/cgroup says after "0::".
std::string own_group() {
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::", 0) == 0) return line.substr(3);
    }
    return "/";
}

/// What is alive in the group moves to ours. The group empties for good: nobody else puts processes into it.
void let_go(int group, const std::string& hierarchy) {
    const UniqueFd home(::open((hierarchy + own_group()).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int round = 0; round < 8; ++round) {
        std::istringstream pids(text_of(group, "cgroup.procs"));
        std::string pid;
        if (!(pids >> pid)) return;
        do put(home.get(), "cgroup.procs", pid);
        while (pids >> pid);
    }
}

}  // namespace

Containment::Containment(const std::string& name) noexcept : name_(name) {
    try {
        const auto hierarchy = unified_hierarchy();
        if (hierarchy.empty()) return;
        const UniqueFd top(::open(hierarchy.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        struct statfs kind{};
        if (!top || ::fstatfs(top.get(), &kind) != 0 || kind.f_type != CGROUP2_SUPER_MAGIC) return;
        (void)::mkdirat(top.get(), "jailctl", 0755);
        parent_.reset(::openat(top.get(), "jailctl", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (!parent_ || ::mkdirat(parent_.get(), name_.c_str(), 0755) != 0) return;
        group_.reset(::openat(parent_.get(), name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    } catch (const std::exception&) {
        return;
    }
}

void Containment::kill_all() noexcept {
    if (group_) put(group_.get(), "cgroup.kill", "1");
}

Containment::~Containment() {
    if (!group_) return;
    // The killed take a moment to go; a daemon that is meant to live is let go at once.
    for (int attempt = 0; attempt < 100; ++attempt) {
        if (::unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR) == 0) return;
        try {
            let_go(group_.get(), unified_hierarchy());
        } catch (const std::exception&) {
            return;
        }
        (void)::poll(nullptr, 0, 2);
    }
}

}  // namespace jailctl::scripts
