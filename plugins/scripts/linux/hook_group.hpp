#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/host.hpp"

namespace jailctl::scripts {

/// "hook-PID-START-SITE-N": this process by pid and start time, for a pid alone is given out again; the configuration
/// by its RUN_DIR, as groups of jails are; a counter for the hooks of one process.
[[nodiscard]] std::string hook_group_name(const Configuration& configuration);
/// Whether it is the name of a group of this configuration whose maker has ended.
[[nodiscard]] bool is_orphaned(const Configuration& configuration, std::string_view name);

}  // namespace jailctl::scripts
