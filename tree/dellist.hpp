#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clearing.hpp"

namespace jailctl::tree {

/// One line of a dellist (jailctl(8), FILES) as the names of its path: leading '/' and blanks around it are stripped, a
/// '#' at the start or after a blank begins a comment. Empty for a line that names nothing.
/// @throws Error invalid: it contains ".." or NUL
[[nodiscard]] std::vector<std::string> dellist_pattern(std::string_view line);

/// Removes what the pattern matches below `root`. Each name of it is matched as a shell does within one directory (a
/// leading dot only by a dot). Only directories are entered: where a link stands on the way nothing matches, and a link
/// that matches goes itself, not what it points to.
void remove_matches(int root, const std::vector<std::string>& pattern, Removed& removed, const OnBytes& on_bytes);

}  // namespace jailctl::tree
