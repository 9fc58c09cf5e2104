#include <unistd.h>

#include <array>
#include <climits>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl {

namespace {

std::filesystem::path own_binary() {
    std::array<char, PATH_MAX> path{};
    const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
    if (length <= 0) throw_errno("cannot find the place of this program in /proc/self/exe");
    return std::string(path.data(), static_cast<std::size_t>(length));
}

InstallPaths find_paths() {
    // <prefix>/bin/jailctl: as many steps up as JAILCTL_BIN_DIR has components.
    std::filesystem::path prefix = own_binary().parent_path();
    for (const auto& part : std::filesystem::path(JAILCTL_BIN_DIR)) {
        if (!part.empty()) prefix = prefix.parent_path();
    }
    return {prefix / JAILCTL_PLUGIN_DIR, prefix / JAILCTL_LIBEXEC_DIR, prefix / JAILCTL_DATA_DIR};
}

}  // namespace

const InstallPaths& install_paths() {
    static const InstallPaths paths = find_paths();
    return paths;
}

}  // namespace jailctl
