#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

/// Watches a jail that was just started: its init lives after three seconds, and `true` answers inside it within thirty.
/// What `upgrade` asks of a copy before it takes the jail's place, and `verify --boot` of a restored backup.
/// @param id  as JailRuntime::start returned it
/// @throws Error failed: it does not, with the reason as the sentence ("its init ended"); interrupted
JAILCTL_SDK_EXPORT void require_healthy(Invocation& invocation, const Jail& jail, int id);

}  // namespace jailctl
