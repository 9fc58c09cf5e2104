#pragma once

#include <cstdint>

namespace jailctl::tree {

/// Copies the content of a regular file of `size` bytes into an empty one: shared blocks where the file system can,
/// else its data alone, so that holes stay holes. Of a file whose size is not that of its content, as in /proc and
/// /sys, all that can be read. One file for each platform. @return the size of the copy @throws Error io, no_space
std::uint64_t copy_content(int in, int out, std::uint64_t size);

}  // namespace jailctl::tree
