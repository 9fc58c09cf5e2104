#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"

/// START_AFTER: which jails are up before another one is started, and down after it.
namespace jailctl::lifecycle {

void declare_start_after(Registrar& host);

/// The jails that `jail` is started after.
[[nodiscard]] std::vector<JailName> started_before(const Configuration& configuration, const Jail& jail);
/// The jails that are started after `jail`, and so stopped before it.
[[nodiscard]] std::vector<JailName> stopped_before(const Configuration& configuration, const Jail& jail);

}  // namespace jailctl::lifecycle
