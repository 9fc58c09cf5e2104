#pragma once

#include <filesystem>
#include <string>

namespace jailctl {

/// Whether nothing in a path, as in nearly every root of a jail, could be what normal() takes away.
[[nodiscard]] inline bool is_plain(const std::string& path) {
    return path.find("//") == path.npos && path.find("/.") == path.npos && !path.ends_with('/');
}

/// Without "//", "." and "..", and without a slash at its end.
[[nodiscard]] inline std::filesystem::path normal(const std::filesystem::path& root) {
    if (is_plain(root.native())) return root;
    auto clean = root.lexically_normal();
    return clean.has_filename() ? clean : clean.parent_path();
}

}  // namespace jailctl
