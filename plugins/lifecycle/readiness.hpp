#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"

/// When a jail that was started can be used: READY_COMMAND says so (wait_until_ready of
/// jailctl/sdk/jail_health.hpp), else its init.
namespace jailctl::lifecycle {

void declare_readiness(Registrar& host);

/// Listens to the init of a jail that was just started: systemd says when it has started all it should, jail-init when
/// /etc/rc has ended; that rc failed is warned of. One that says nothing within READY_TIMEOUT is named as an omission;
/// the jail goes on.
/// @param told  StartRequest::readiness @throws Error failed: the jail ended; interrupted
void listen_to_init(Invocation& invocation, const Jail& jail, int id, int told);

}  // namespace jailctl::lifecycle
