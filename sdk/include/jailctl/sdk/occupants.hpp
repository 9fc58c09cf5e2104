#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

class Invocation;  // command.hpp
struct Jail;       // jail.hpp

/// A process of this host that has the directory `root` as its root directory, whoever started it: found without any
/// record of ours, so also where another RUN_DIR was used. The tree helper is none: it looks at a tree from inside, and
/// does not run from it. Nothing if there is none, or no such directory. @throws Error denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<pid_t> process_in_root(const std::filesystem::path& root);

/// For whoever is about to rename or remove `root`, which is the jail's or stands beside it: nobody else runs in it
/// (JailRuntime::find_user), and no command of another configuration works on it, for which --wait waits.
/// @throws Error busy: names him; interrupted
JAILCTL_SDK_EXPORT void require_root_unused(Invocation& invocation, const Jail& jail,
                                            const std::filesystem::path& root);

}  // namespace jailctl
