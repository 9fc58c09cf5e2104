#include "../containment.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "control_groups.hpp"
#include "hook_group.hpp"
#include "jailctl/sdk/cgroup_tree.hpp"

namespace jailctl::scripts {

namespace {

/// What is alive in the group moves to ours. The group empties for good: nobody else puts processes into it.
void let_go(int group) {
    const UniqueFd home = open_own_group();
    for (int round = 0; round < 8; ++round) {
        std::istringstream pids(text_of(group, "cgroup.procs"));
        std::string pid;
        if (!(pids >> pid)) return;
        do put(home.get(), "cgroup.procs", pid);
        while (pids >> pid);
    }
}

}  // namespace

Containment::Containment(const Configuration& configuration) noexcept {
    try {
        name_ = hook_group_name(configuration);
        parent_ = open_groups(true);
        if (!parent_ || ::mkdirat(parent_.get(), name_.c_str(), 0755) != 0) return;
        group_ = open_group(parent_.get(), name_);
    } catch (const std::exception&) {
        return;
    }
}

void Containment::kill_all() noexcept {
    if (!group_) return;
    killed_ = true;
    put(group_.get(), "cgroup.kill", "1");
}

/// The killed take a moment to go, and so may what has ended by itself; a daemon that is meant to live is let go at
/// once. One that a supervisor put into a group of its own stays there: that group is the supervisor's.
Containment::~Containment() {
    if (!group_) return;
    const int attempts = killed_ ? 100 : 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        remove_groups_below(group_.get());
        if (::unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR) == 0) return;
        try {
            let_go(group_.get());
        } catch (const std::exception&) {
            return;
        }
        (void)::poll(nullptr, 0, 2);
    }
    if (!killed_) mark_let_go(group_.get());
}

}  // namespace jailctl::scripts
