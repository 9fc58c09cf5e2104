#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jailctl::tree {

/// fnmatch(3) without a locale, on bytes: `*` and `?` match `/` too, `[a-z]`, `[!x]`, backslash. Linear memory, and
/// time bounded by the product of both lengths whatever the name: names come from a jail.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text) noexcept;

/// Patterns of BACKUP_EXCLUDE, as `tar --exclude` takes them: one that begins with "./" is compared with the whole name
/// ("./" and the path below the root), any other with every part of it that begins after a slash as well.
class Excludes {
public:
    explicit Excludes(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}
    /// @param path  relative to the root, without "./"
    [[nodiscard]] bool match(std::string_view path) const;

private:
    std::vector<std::string> patterns_;
};

}  // namespace jailctl::tree
