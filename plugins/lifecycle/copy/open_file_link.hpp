#pragma once

#include <filesystem>

namespace jailctl::lifecycle {

/// Whether a link leads to a file that a process has open, as /dev/stdout does. One file for each platform.
[[nodiscard]] bool is_open_file_link(const std::filesystem::path& link);

}  // namespace jailctl::lifecycle
