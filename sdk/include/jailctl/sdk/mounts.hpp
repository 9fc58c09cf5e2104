#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// One line of proc_pid_mountinfo(5), octal escapes undone.
struct Mount {
    std::string root;     ///< what of the file system is mounted: "/" for all of it
    std::string point;    ///< where, as this process sees it
    std::string type;     ///< "ext4", "cgroup2", ...
    std::string options;  ///< of the file system, separated by commas: the controllers of a cgroup hierarchy are among them
};
/// The lines of the table that keep its form, in its order.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<Mount> parse_mounts(std::string_view mountinfo);
/// The mounts this process sees now. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<Mount> current_mounts();

/// Mount points at or below `directory` in the table `mountinfo` (proc_pid_mountinfo(5), octal escapes undone).
/// @param directory  a real path: absolute, without links
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_in(std::string_view mountinfo, const std::string& directory);

/// A detached mount whose root is the directory, for Program::mounts: other mounts below it are not part of it, devices
/// and set-id bits mean nothing on it, and the kernel follows no symbolic link of it on any path (security.md 6), so a
/// program that works by paths stays inside whatever a jail puts in its way. Gone with the descriptor unless attached.
/// @throws Error io, denied
enum class View { read_only, writable };
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd tree_view(int directory, View view);
/// A detached mount of the directory as it is, links followed: what a program shall write to though the host is read-only.
/// @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd directory_mount(int directory);
/// A detached empty file system in memory, 0700, holding at most `bytes`. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd scratch_mount(std::uint64_t bytes);

/// Mount points at or below a root as this process sees them now. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_below(const std::filesystem::path& root);

}  // namespace jailctl
