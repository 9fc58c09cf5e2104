#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

/// READY_COMMAND: when a jail that was started can be used.
namespace jailctl::lifecycle {

void declare_readiness(Registrar& host);

/// Runs READY_COMMAND in the jail until it succeeds; without one the jail is ready as it is.
/// @throws Error timeout: not within READY_TIMEOUT; failed: the jail ended; not_found: no /bin/sh in it
void wait_until_ready(Invocation& invocation, JailRuntime& runtime, const Jail& jail);

}  // namespace jailctl::lifecycle
