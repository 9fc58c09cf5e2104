#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jailctl::restic {

/// A pattern of BACKUP_EXCLUDE (tar's: `*` and `?` match `/` too; "./x" is compared with the whole name, anything else
/// with every part of it that begins after a slash) as patterns of restic, whose wildcards stay within a component:
/// each wildcard that could stand for a slash becomes both, so one pattern may become several.
/// @param view  absolute path under which restic sees the tree
/// @throws Error unsupported: more than six wildcards
[[nodiscard]] std::vector<std::string> restic_patterns(std::string_view pattern, const std::string& view);
/// A raw path as a pattern of restic's that matches nothing else.
[[nodiscard]] std::string literal_pattern(std::string_view path);

}  // namespace jailctl::restic
