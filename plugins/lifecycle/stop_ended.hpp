#pragma once

#include "jailctl/sdk/command.hpp"

namespace jailctl::lifecycle {

/// `stop` of a jail that is down already: what a power-off from inside, a crash or a killed command left of it is taken
/// away, and that is what it has done. Nothing left: the jail was in the wanted state.
/// @param supervised  for jailctl@.service, to which either is well @throws Error not_found:
/// nothing to stop, named alone
[[nodiscard]] Outcome stop_ended(Invocation& invocation, const Jail& jail, bool supervised);

}  // namespace jailctl::lifecycle
