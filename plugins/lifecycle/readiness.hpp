#pragma once

#include "jailctl/sdk/registrar.hpp"

/// READY_COMMAND: when a jail that was started can be used (wait_until_ready of jailctl/sdk/jail_health.hpp).
namespace jailctl::lifecycle {

void declare_readiness(Registrar& host);

}  // namespace jailctl::lifecycle
