#pragma once

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl::scripts {

/// What `doctor` says of scripts whose jailctl was killed.
void register_examination(Registrar& host);
/// Ends them, and what they started: before other scripts run, or a jail starts. What cannot be
/// ended is doctor's to tell.
void end_all_abandoned(const Configuration& configuration) noexcept;

}  // namespace jailctl::scripts
