#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jailctl::tree {

/// The components of a member's name or a hard link's target below the root: "." and empty ones left out, so that the
/// root itself has none. A leading "/" of a name is stripped.
/// @throws Error damaged: "..", a component over 255 or a name over 4095 bytes, an empty name; of a target: absolute
[[nodiscard]] std::vector<std::string> member_components(std::string_view name);
[[nodiscard]] std::vector<std::string> target_components(std::string_view target);

/// The same as one path without leading "/"; "" for the root.
[[nodiscard]] std::string joined(const std::vector<std::string>& components);

}  // namespace jailctl::tree
