#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/scoped.hpp"

/// Mounts by descriptor (fsopen(2), open_tree(2), move_mount(2)). A mount here is attached nowhere until attach(): it
/// goes with its descriptor, so no failure leaves one behind, and nothing is ever mounted by path inside a root.
namespace jailctl::lifecycle {

/// A clone of the mount a directory lies on, from that directory down and without what is mounted below it. nodev.
/// @throws Error io
[[nodiscard]] UniqueFd clone_root(int directory);
/// Shows the clone's files through the id map of a user namespace. @throws Error unsupported: names the file system
void map_ids(int mount, int user_namespace, const std::string& root);

using MountOptions = std::vector<std::pair<const char*, std::string>>;
/// A new file system of `type`. @param attributes  MOUNT_ATTR_* @throws Error io
[[nodiscard]] UniqueFd new_mount(const char* type, const MountOptions& options, std::uint64_t attributes);

/// Read-only sysfs of the caller's network namespace, which must belong to the caller's user
/// namespace. @throws Error io
[[nodiscard]] UniqueFd make_sysfs();

/// Attaches `mount` on the directory or file `name` below the descriptor `at` ("" for the descriptor itself); links on
/// the way are refused. @throws Error io
void attach(int mount, int at, const char* name);
/// As attach(), but nothing there is fine. @return whether it was attached
bool attach_if_there(int mount, int at, const char* name);
/// A clone of what is mounted at `name` below `at`; -1 if there is no such name. @throws Error io
[[nodiscard]] UniqueFd clone_of(int at, const char* name);
/// Adds MOUNT_ATTR_* to a mount. @throws Error io
void restrict_mount(int mount, std::uint64_t attributes);

}  // namespace jailctl::lifecycle
