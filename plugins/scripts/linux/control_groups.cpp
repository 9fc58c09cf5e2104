#include "unified.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fstream>

#include "jailctl/sdk/mounts.hpp"

namespace jailctl::scripts {

std::string unified_hierarchy() {
    for (const auto& mount : current_mounts())
        if (mount.type == "cgroup2" && mount.root == "/") return mount.point;
    return {};
}

UniqueFd open_groups(bool make) {
    const auto hierarchy = unified_hierarchy();
    if (hierarchy.empty()) return {};
    const UniqueFd top(::open(hierarchy.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct statfs kind{};
    if (!top || ::fstatfs(top.get(), &kind) != 0 || kind.f_type != CGROUP2_SUPER_MAGIC) return {};
    if (make) (void)::mkdirat(top.get(), "jailctl", 0755);
    return UniqueFd(::openat(top.get(), "jailctl", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

UniqueFd open_group(int groups, const std::string& name) {
    return UniqueFd(::openat(groups, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

void put(int directory, const char* file, const std::string& text) noexcept {
    const UniqueFd fd(::openat(directory, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd && ::write(fd.get(), text.data(), text.size()) < 0) return;  // best effort: see Containment
}

std::string text_of(int directory, const char* file) {
    const UniqueFd fd(::openat(directory, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; fd && (got = ::read(fd.get(), buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

std::string own_group() {
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::", 0) == 0) return line.substr(3);
    }
    return "/";
}

}  // namespace jailctl::scripts
