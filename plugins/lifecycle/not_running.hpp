#pragma once

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::lifecycle {

/// Why nothing can be done in the jail, which does not run: it was not even created, or start() is what it needs.
[[nodiscard]] Error not_running(const Jail& jail);

}  // namespace jailctl::lifecycle
