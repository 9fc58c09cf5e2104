#pragma once

#include <cstdint>

namespace jailctl::tree {

/// Gives the blocks of a stretch back: it reads as zeros from then on. @return false: the file system cannot
[[nodiscard]] bool punch_hole(int fd, std::uint64_t offset, std::uint64_t length) noexcept;

}  // namespace jailctl::tree
