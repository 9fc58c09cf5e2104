#pragma once

#include "jailctl/sdk/registrar.hpp"
#include "steps.hpp"

namespace jailctl::upgrade {

/// Starts the upgraded copy without network and asks it to prove itself: its init lives after three seconds,
/// `true` runs inside, the jail becomes ready (jail_health.hpp), and no handler of UpgradeHealth objects. It is
/// stopped again whatever happens.
/// @throws Error failed: it did not; timeout: it is not ready in READY_TIMEOUT
void check_health(Upgrade& upgrade);

/// Registers what stops a copy that a killed upgrade left running: "upgrade.stop" {}.
void register_health_undo(Registrar& host);

}  // namespace jailctl::upgrade
