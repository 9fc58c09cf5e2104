#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>

#include "directory_stack.hpp"

namespace jailctl::tree {

/// What a removal took away. `bytes` as they were allocated on disk, of what lost its last name; `files`: all but
/// directories.
struct Removed {
    std::uint64_t entries = 0, files = 0, bytes = 0;
};
using OnBytes = std::function<void(std::uint64_t)>;

/// Takes immutable and append-only off an open file or directory. @return true if one was set and is off now
bool clear_protection(int fd);

/// unlinkat(2); if the entry or its directory is protected by a flag, that is cleared and it is tried once more.
/// @return false with errno
[[nodiscard]] bool unlink_freed(int directory, const char* name, int flags);

/// Removes everything in `directory`: no link followed, nothing on another mount touched.
/// @throws Error busy: something is mounted in it, or somebody keeps filling it; io
void empty_directory(int directory, Removed& removed, const OnBytes& on_bytes);

/// Removes the entry with all it holds. Nothing there is success.
void remove_entry(int directory, const std::string& name, Removed& removed, const OnBytes& on_bytes);

/// Frees a name for something new: whatever stands there goes, but a directory that is not empty.
/// @return false: such a directory stands there @throws Error io
[[nodiscard]] bool clear_the_way(int directory, const std::string& name);

/// Makes sure `name` is a directory: one that stands there is kept, anything else is replaced.
/// @return true if it was made @throws Error io
bool make_directory(int directory, const std::string& name, mode_t mode);

/// Goes into `name` on the way to something, making it if it is missing. @return true if it was made
/// @throws Error exists: a link or file stands there; io
bool descend(DirectoryStack& at, const std::string& name, mode_t mode);

}  // namespace jailctl::tree
