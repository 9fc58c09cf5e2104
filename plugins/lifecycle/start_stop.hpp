#pragma once

#include <chrono>
#include <optional>

#include "jailctl/sdk/command.hpp"

namespace jailctl::lifecycle {

/// Whether start returns when READY_COMMAND succeeded, or at once.
enum class Wait { until_ready, no };

/// start with its events: before, the runtime's work, after, ready. @throws Error exists: it runs already
/// @param after_stop  with --dry-run: it runs now, and would be stopped before
void start_jail(Invocation& invocation, const Jail& jail, Wait wait = Wait::until_ready, bool after_stop = false);
/// Who stops: a jail that is supervised is stopped by its supervisor alone.
enum class StoppedBy { administrator, supervisor };

/// stop with its events. @param grace  nothing: STOP_TIMEOUT
void stop_jail(Invocation& invocation, const Jail& jail, std::optional<std::chrono::seconds> grace,
               StoppedBy who = StoppedBy::administrator);

}  // namespace jailctl::lifecycle
