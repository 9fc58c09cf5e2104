#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// Control groups that a jail made below its own. Its own is bounded in depth and number of them (Cgroup::divide).
namespace jailctl::lifecycle {

/// Names of the groups in `directory`, in no order.
[[nodiscard]] std::vector<std::string> groups_in(int directory);
/// Removes the groups below `directory`, the deepest first. What is gone already, or still has processes, is passed by.
void remove_groups_below(int directory);
/// Members of the group and of all below it.
[[nodiscard]] std::vector<pid_t> members_of(int directory);

}  // namespace jailctl::lifecycle
