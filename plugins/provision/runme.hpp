#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl::provision {

/// ADDONS/runme.sh, nothing if there is none. @throws Error denied: others can write to it; invalid: no regular file,
/// too large
[[nodiscard]] std::optional<std::string> site_script(const Configuration& configuration);

/// Before anything is made: where there is a script, that its jail could join its network when it runs. @throws Error
void require_script_can_run(Invocation& invocation, const Jail& jail);

/// Puts the site's script into the staged root, runs it inside as the jail would run it, and takes it out again.
/// @throws Error failed: it ended with another status than 0; timeout
void run_site_script(const Provisioning& event);

}  // namespace jailctl::provision
