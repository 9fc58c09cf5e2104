#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "extents.hpp"

#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// The manifest that `facts` writes and `settle` reads: one JSON line an entry, of what restic would lose (README.md).
/// Calls `take` with each line of the file, from its beginning. @throws Error damaged, io, or what `take` throws
void each_manifest_line(int file, const std::function<void(const Value&)>& take);

/// The stretches of data that a line tells of a file of `size` bytes. @throws Error damaged: out
/// of order, or outside of it
[[nodiscard]] std::vector<Extent> data_in_manifest(const Value& list, std::uint64_t size);

/// The value of an attribute. @throws Error damaged
[[nodiscard]] std::string attribute_in_manifest(std::string_view hex);

}  // namespace jailctl::tree
