#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"

/// Control groups below one, by its descriptor: those that a jail, or a script of the site, made in its own.
namespace jailctl {

/// Names of the groups in `directory`, in no order.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> groups_in(int directory);
/// Removes the groups below `directory`, the deepest first. What is gone already, or still has processes, is passed by.
JAILCTL_SDK_EXPORT void remove_groups_below(int directory);
/// Members of the group and of all below it.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<pid_t> members_of(int directory);

}  // namespace jailctl
