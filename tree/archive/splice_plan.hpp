#pragma once

#include <cstdint>
#include <vector>

namespace jailctl::tree {

/// How the archives of two passes become one: what is left out of the first, and where the entries of the second go.
struct SplicePlan {
    std::vector<std::uint64_t> cuts;     ///< offsets in the first tar of entries left out, ascending
    /// For each entry of the second: the offset in the first behind which it goes; ascending.
    std::vector<std::uint64_t> anchors;
    std::uint64_t first_end = 0, second_end = 0;  ///< where the last entry of each ends in its tar
};

/// @throws Error io, no_space
void write_plan(int file, const SplicePlan& plan);
/// @throws Error damaged, io
[[nodiscard]] SplicePlan read_plan(int file);

}  // namespace jailctl::tree
