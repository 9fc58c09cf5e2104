#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jailctl::core::config {

/// `text` without double or trailing slashes and "." components. Links are not resolved: that is for the command that
/// opens the path.
[[nodiscard]] std::string normal_path(std::string_view text);
/// True if `path` is `directory` or lies below it. Both normal.
[[nodiscard]] bool lies_in(std::string_view path, std::string_view directory) noexcept;
/// Order in which what lies in a directory comes right after it.
[[nodiscard]] bool before_in_tree(std::string_view a, std::string_view b) noexcept;

/// Why something is no path for jails.conf.
struct PathFault {
    std::string what;    ///< as the end of a sentence: "is not absolute"
    std::string advice;  ///< empty: what a path is like says enough
};
/// Nothing if `text` is one.
[[nodiscard]] std::optional<PathFault> path_fault(std::string_view text);
/// The system directory that `path` is or lies in, "" if none: no jail and no archive belongs there (security.md 7).
[[nodiscard]] std::string_view system_tree_of(std::string_view path) noexcept;
/// True for directories of the system that may hold jails but cannot be the root of one: "/", "/srv", "/var".
[[nodiscard]] bool is_system_directory(std::string_view path) noexcept;
/// True for those that cannot be JAIL_HOME either, because others must be able to enter them: "/", "/tmp", "/var".
[[nodiscard]] bool is_shared_directory(std::string_view path) noexcept;

/// What differs between systems: linux/platform.cpp, freebsd/platform.cpp.
namespace platform {
[[nodiscard]] std::span<const std::string_view> system_trees() noexcept;
[[nodiscard]] std::string_view state_dir() noexcept;
[[nodiscard]] std::string_view run_dir() noexcept;
}  // namespace platform

}  // namespace jailctl::core::config
