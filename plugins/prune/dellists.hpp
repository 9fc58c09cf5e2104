#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jailctl::prune {

/// Names of the lists in the order in which they are read: dellist4.txt, dellist5.txt, dellist-<system>.txt.
[[nodiscard]] std::vector<std::string> dellist_names();

/// The paths one list names, comments and empty lines left out. @param name  of the file, for messages
/// @throws Error invalid "FILE:LINE: ..." for a path with ".." or a NUL byte
[[nodiscard]] std::vector<std::string> parse_dellist(std::string_view content, const std::string& name);

/// The paths of the list in `file`; one that is missing names nothing. @throws Error denied: others
/// may write it; invalid; io
[[nodiscard]] std::vector<std::string> read_dellist(const std::filesystem::path& file);
/// Those of all lists in `addons`. @throws Error as for one
[[nodiscard]] std::vector<std::string> read_dellists(const std::filesystem::path& addons);

}  // namespace jailctl::prune
