#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jailctl::backup {

/// The patterns of BACKUP_EXCLUDE: only "--exclude PATTERN" and "--exclude=PATTERN" words are accepted (security.md 7).
/// @throws Error invalid: names the word that is something else
[[nodiscard]] std::vector<std::string> parse_excludes(std::string_view value);

}  // namespace jailctl::backup
