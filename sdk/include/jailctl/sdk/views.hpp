#pragma once

#include <cstdint>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

/// Detached mounts for Program::mounts: what a program that is run shall see of the host. Gone with their
/// descriptors unless attached.
namespace jailctl {

enum class View { read_only, writable };
/// A detached mount whose root is the directory: other mounts below it are not part of it, devices
/// and set-id bits mean nothing on it, and the kernel follows no symbolic link of it on any path (security.md 6), so a
/// program that works by paths stays inside whatever a jail puts in its way.
/// @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd tree_view(int directory, View view);
/// A detached mount of the directory as it is, links followed: what a program shall write to
/// though the host is read-only.
/// @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd directory_mount(int directory);
/// A detached empty file system in memory, 0700, holding at most `bytes`. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd scratch_mount(std::uint64_t bytes);

}  // namespace jailctl
