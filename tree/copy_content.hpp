#pragma once

#include <cstdint>

namespace jailctl::tree {

/// Copies the content of a regular file of `size` bytes into an empty one: shared blocks where the file system can,
/// else its data alone, so that holes stay holes. One file for each platform. @throws Error io, no_space
void copy_content(int in, int out, std::uint64_t size);

}  // namespace jailctl::tree
