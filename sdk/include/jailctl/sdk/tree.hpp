#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// A job for the tree helper (libexec/jailctl/jailctl-tree, security.md 2.5): work on a whole tree in a process that
/// can reach nothing but that tree. Actions, arguments and results are described in tree/README.md.
struct TreeJob {
    std::string action;  ///< "populate", "unpack", "pack", "check", "marker", "copy", "merge", "prune", "remove", ...
    Value arguments;
    int root = -1;           ///< directory that becomes "/" of the helper; -1 for actions without a tree
    /// First host id of the jail: the helper then runs in a user namespace with that map of 65536 ids, on
    /// an idmapped clone of the root, so that what it writes is owned by the jail's own ids. Nothing: host
    /// ids, bounded capabilities.
    std::optional<std::uint32_t> id_base;
    bool read_only = false;  ///< the helper's view of the root is a read-only clone
    std::vector<std::pair<std::string, int>> descriptors;  ///< further ones by role: "archive", "out", "source", ...
    std::function<void(std::uint64_t bytes)> on_progress;
    /// One thing left out or odd: {"path": ..., "what": ...}; also collected under "notes" of the result (first 1000).
    std::function<void(const Value& note)> on_note;
    /// Entries of an archive, some at a time, from the action "contents".
    std::function<void(const Value::Array& entries)> on_entries = {};
};

/// Runs the helper to its end and returns its result. The helper dies with us. @throws Error as the helper reports it;
/// interrupted; internal if it died
[[nodiscard]] JAILCTL_SDK_EXPORT Value run_tree(const TreeJob& job);

/// What a job left out or found odd, as sentences: the first `most` of it, and how many more there were.
/// @param result  its "notes" (of every action), or its "skipped" (by rule, of `unpack`, `extract` and `settle`)
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> notes_of(const Value& result, std::size_t most = 20);
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> skipped_of(const Value& result, std::size_t most = 20);

/// A path as arguments and results of a job have it, and every other JSON: bytes that are no UTF-8 become
/// \xNN, and so does a backslash before an `x`, so that decode_path() gives back the very bytes. escape_name()
/// is for people and does not.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string encode_path(std::string_view raw);
[[nodiscard]] JAILCTL_SDK_EXPORT std::string decode_path(std::string_view text);
/// As an array: paths, or patterns of them.
[[nodiscard]] JAILCTL_SDK_EXPORT Value encode_paths(const std::vector<std::string>& raw);

}  // namespace jailctl
