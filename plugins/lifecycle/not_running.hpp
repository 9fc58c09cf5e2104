#pragma once

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"

/// What commands say of a jail that is not there to be worked with: the same words and code in all of them.
namespace jailctl::lifecycle {

/// @throws Error not_found: nothing stands at its root; invalid: no directory does
void require_created(const Jail& jail);
/// Why nothing can be done in the jail, which does not run: it was not even created, or start() is what it needs.
[[nodiscard]] Error not_running(const Jail& jail);

}  // namespace jailctl::lifecycle
