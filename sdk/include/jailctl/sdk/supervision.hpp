#pragma once

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"

/// Jails that somebody else watches and starts again, such as jailctl@.service: while
/// RUN_DIR/supervised/<name>.pid names the init of a jail, stopping it is left to whoever asked for that file, or
/// the jail would come up again at once.
namespace jailctl {

/// Writes the file: pid and newline. @throws Error io, denied
JAILCTL_SDK_EXPORT void hand_to_supervisor(const Configuration& configuration, const JailName& jail, int init);
/// Removes it; none there is success. @throws Error io
JAILCTL_SDK_EXPORT void take_from_supervisor(const Configuration& configuration, const JailName& jail);
/// Whether the file names this init. A file that another run left names another one.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_supervised(const Configuration& configuration, const JailName& jail,
                                                    int init);
/// What a command says that would stop such a jail.
[[nodiscard]] JAILCTL_SDK_EXPORT Error supervised(const JailName& jail);

}  // namespace jailctl
