#include <dlfcn.h>
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

/// The file this code was loaded from: libjailctl-sdk.so.
std::filesystem::path own_library() {
    Dl_info found{};
    std::error_code none;
    if (::dladdr(reinterpret_cast<const void*>(&own_binary), &found) == 0 || found.dli_fname == nullptr) return {};
    return std::filesystem::canonical(found.dli_fname, none);
}

/// The prefix of <prefix>/<folder>/<file>: as many steps up as the folder has components.
InstallPaths below_prefix_of(const std::filesystem::path& file, const char* folder) {
    std::filesystem::path prefix = file.parent_path();
    for (const auto& part : std::filesystem::path(folder)) {
        if (!part.empty()) prefix = prefix.parent_path();
    }
    return {prefix / JAILCTL_PLUGIN_DIR, prefix / JAILCTL_LIBEXEC_DIR, prefix / JAILCTL_DATA_DIR,
            prefix / JAILCTL_SYSCONF_DIR};
}

bool has_helper(const InstallPaths& paths) { return ::access((paths.libexec / "jailctl-tree").c_str(), F_OK) == 0; }

InstallPaths find_paths() {
    InstallPaths beside_binary = below_prefix_of(own_binary(), JAILCTL_BIN_DIR);
    if (has_helper(beside_binary)) return beside_binary;
    // A test of a site's plugin runs from the site's own build: the jailctl it linked is the one it works with.
    InstallPaths beside_library = below_prefix_of(own_library(), JAILCTL_LIB_DIR);
    return has_helper(beside_library) ? beside_library : beside_binary;
}

}  // namespace

const InstallPaths& install_paths() {
    static const InstallPaths paths = find_paths();
    return paths;
}

}  // namespace jailctl
