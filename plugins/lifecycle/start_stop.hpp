#pragma once

#include <chrono>
#include <optional>

#include "jailctl/sdk/command.hpp"

namespace jailctl::lifecycle {

/// start with its events: before, the runtime's work, after, ready. @throws Error exists: it runs already
void start_jail(Invocation& invocation, const Jail& jail);
/// stop with its events. @param grace  nothing: STOP_TIMEOUT
void stop_jail(Invocation& invocation, const Jail& jail, std::optional<std::chrono::seconds> grace);

}  // namespace jailctl::lifecycle
