#pragma once

#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

/// Runs READY_COMMAND in the jail, which was just started, until it succeeds; of a jail of systemd's without one, waits
/// for systemd to say that it is up. @param who  how sentences name the jail
/// @return false: nothing says when it is ready, it is as it stands
/// @throws Error timeout: not within READY_TIMEOUT; failed: the jail ended; not_found: no /bin/sh in it; interrupted
JAILCTL_SDK_EXPORT bool wait_until_ready(Invocation& invocation, const Jail& jail, const std::string& who);

/// Watches a jail that was just started: its init lives after three seconds, and it becomes ready as above; where
/// nothing says when it is, `true` answers inside it within thirty seconds. What `upgrade` asks of a copy before it
/// takes the jail's place, and `verify --boot` of a restored backup.
/// @param id  as JailRuntime::start returned it
/// @throws Error failed, timeout: it does not, with the reason as the sentence ("its init ended"); interrupted
JAILCTL_SDK_EXPORT void require_healthy(Invocation& invocation, const Jail& jail, int id);

}  // namespace jailctl
