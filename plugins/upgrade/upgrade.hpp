#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::upgrade {

struct UpgradeArgs {
    bool restart = false;  ///< a running jail is stopped first and started again afterwards, however it went
};

/// Installs BASE anew over a copy of the jail's system, proves that the copy runs, and exchanges the two. Whatever
/// fails or interrupts it, the old system is in place.
/// @throws Error not_found, busy: it runs; unsupported: its base cannot; no_space; and what the steps throw
Outcome upgrade_jail(Invocation& in, const Jail& jail, const UpgradeArgs& args);

}  // namespace jailctl::upgrade
