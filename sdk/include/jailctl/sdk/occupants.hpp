#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// A process of this host that has the directory `root` as its root directory, whoever started it: found without any
/// record of ours, so also where another RUN_DIR was used. Nothing if there is none, or no such directory.
/// @throws Error denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<pid_t> process_in_root(const std::filesystem::path& root);

}  // namespace jailctl
