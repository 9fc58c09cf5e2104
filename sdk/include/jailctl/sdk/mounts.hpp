#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// One line of proc_pid_mountinfo(5), octal escapes undone.
struct Mount {
    std::string root;     ///< what of the file system is mounted: "/" for all of it
    std::string point;    ///< where, as this process sees it
    std::string type;     ///< "ext4", "cgroup2", ...
    /// Of the file system, separated by commas: the controllers of a cgroup hierarchy are among them.
    std::string options;
    std::string source{};    ///< what is mounted, in the words of its type: "/dev/sda1", a data set of ZFS
    std::uint64_t id = 0;    ///< of this mount, while it is there
};
/// The lines of the table that keep its form, in its order.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<Mount> parse_mounts(std::string_view mountinfo);
/// The mounts this process sees now. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<Mount> current_mounts();

/// Where a directory stands in the file system that holds it.
struct Standing {
    Mount mount;       ///< the one it is reached by
    std::string path;  ///< its own from the top of the file system: "/" is that itself, "/a/b" below it
};
/// Nothing if the table does not know: the directory is on a mount of another mount namespace, or was removed.
/// @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<Standing> standing_of(int directory);

/// Mount points at or below `directory` in the table `mountinfo` (proc_pid_mountinfo(5), octal escapes undone).
/// @param directory  a real path: absolute, without links
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_in(std::string_view mountinfo,
                                                                    const std::string& directory);

/// Mount points at or below a root as this process sees them now. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_below(const std::filesystem::path& root);
/// Before a tree is removed or gets another name: what is mounted in it would be emptied, or go from
/// everybody's sight with it.
/// @throws Error busy: something is, on or below `root`; and as mounts_below()
JAILCTL_SDK_EXPORT void require_nothing_mounted(const std::filesystem::path& root);

}  // namespace jailctl
