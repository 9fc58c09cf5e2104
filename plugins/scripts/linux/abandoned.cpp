// Groups of scripts whose jailctl was killed: nobody else ends what runs in them, or removes them.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "../containment.hpp"
#include "control_groups.hpp"
#include "hook_group.hpp"
#include "jailctl/sdk/cgroup_tree.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::scripts {

namespace {

constexpr int rounds = 200, round_ms = 10;  // the killed take a moment to go

struct Orphan {
    std::string name;
    UniqueFd group;
};

/// Groups of this configuration whose jailctl has ended, however.
std::vector<Orphan> orphans(const Configuration& configuration, int groups) {
    std::vector<Orphan> found;
    auto names = groups_in(groups);
    std::sort(names.begin(), names.end());
    for (auto& name : names) {
        // A script may outlive its jailctl and call another one: that one does not end itself.
        if (!is_orphaned(configuration, name) || is_own_or_above(name)) continue;
        UniqueFd group = open_group(groups, name);
        if (group) found.push_back({std::move(name), std::move(group)});
    }
    return found;
}

}  // namespace

std::vector<Abandoned> abandoned(const Configuration& configuration) {
    std::vector<Abandoned> found;
    const UniqueFd groups = open_groups(false);
    if (!groups) return found;
    for (const auto& orphan : orphans(configuration, groups.get()))
        if (!is_let_go(orphan.group.get())) found.push_back({orphan.name, members_of(orphan.group.get()).size()});
    return found;
}

void clear_let_go(const Configuration& configuration) {
    const UniqueFd groups = open_groups(false);
    if (!groups) return;
    for (const auto& orphan : orphans(configuration, groups.get())) {
        if (!is_let_go(orphan.group.get()) || !members_of(orphan.group.get()).empty()) continue;
        remove_groups_below(orphan.group.get());
        ::unlinkat(groups.get(), orphan.name.c_str(), AT_REMOVEDIR);
    }
}

void end_abandoned(const std::string& name) {
    const UniqueFd groups = open_groups(false);
    const UniqueFd group = groups ? open_group(groups.get(), name) : UniqueFd{};
    if (!group) return;
    put(group.get(), "cgroup.kill", "1");
    for (int round = 0; round < rounds; ++round) {
        remove_groups_below(group.get());
        if (::unlinkat(groups.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
        if (errno != EBUSY) throw_errno("cannot remove control group jailctl/" + name);
        (void)::poll(nullptr, 0, round_ms);
    }
    throw Error(Errc::busy, "control group jailctl/" + name + " cannot be removed: there is something in it still")
        .with_hint("its cgroup.procs, and those of the groups below it, say what");
}

}  // namespace jailctl::scripts
