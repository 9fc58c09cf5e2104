#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// Rows of cells as lines, one each: what stands in the same place of several rows stands below each other, two blanks
/// between. A column in which nobody has anything takes no room; no line ends in blanks or a newline.
/// @param rows  printable ASCII; rows may be shorter than others
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace jailctl
