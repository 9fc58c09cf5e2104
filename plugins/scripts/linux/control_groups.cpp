#include "control_groups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>

#include "jailctl/sdk/cgroup_mounts.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::scripts {

namespace {

constexpr const char* let_go_mark = "trusted.jailctl.let-go";

/// Our own group: what /proc/self/cgroup says after "0::", without the slash that it begins with.
std::string own_path() {
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::/", 0) == 0) return line.substr(4);
    }
    return {};
}

}  // namespace

UniqueFd open_groups(bool make) {
    try {
        const UniqueFd top = open_unified();
        if (make) (void)::mkdirat(top.get(), "jailctl", 0755);
        return open_group(top.get(), "jailctl");
    } catch (const Error&) {
        return {};
    }
}

UniqueFd open_group(int groups, const std::string& name) {
    return UniqueFd(::openat(groups, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

UniqueFd open_own_group() {
    const std::string path = own_path();
    const UniqueFd top = open_unified();
    return UniqueFd(::openat(top.get(), path.empty() ? "." : path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool is_own_or_above(const std::string& name) {
    return ("/" + own_path() + "/").find("/" + name + "/") != std::string::npos;
}

void mark_let_go(int group) noexcept {
    if (::fsetxattr(group, let_go_mark, "1", 1, 0) != 0) return;  // then it counts as abandoned
}

bool is_let_go(int group) noexcept { return ::fgetxattr(group, let_go_mark, nullptr, 0) >= 0; }

void put(int directory, const char* file, const std::string& text) noexcept {
    const UniqueFd fd(::openat(directory, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd && ::write(fd.get(), text.data(), text.size()) < 0) return;  // best effort: see Containment
}

std::string text_of(int directory, const char* file) {
    const UniqueFd fd(::openat(directory, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; fd && (got = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

}  // namespace jailctl::scripts
