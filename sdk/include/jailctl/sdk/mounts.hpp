#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// Mount points at or below `directory` in the table `mountinfo` (proc_pid_mountinfo(5), octal escapes undone).
/// @param directory  a real path: absolute, without links
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_in(std::string_view mountinfo, const std::string& directory);

/// Mount points at or below a root as this process sees them now. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> mounts_below(const std::filesystem::path& root);

}  // namespace jailctl
