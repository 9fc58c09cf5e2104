// Groups of scripts whose jailctl was killed: nobody else ends what runs in them, or removes them.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "../containment.hpp"
#include "control_groups.hpp"
#include "hook_group.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::scripts {

namespace {

constexpr int rounds = 200, round_ms = 10;  // the killed take a moment to go

std::vector<std::string> entries(int directory) {
    std::vector<std::string> names;
    UniqueFd again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(again.get()), &::closedir);
    if (!listing) return names;
    (void)again.release();
    while (const dirent* entry = ::readdir(listing.get())) names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

std::vector<Abandoned> abandoned(const Configuration& configuration) {
    std::vector<Abandoned> found;
    const UniqueFd groups = open_groups(false);
    if (!groups) return found;
    for (const auto& name : entries(groups.get())) {
        // A script may outlive its jailctl and call another one: that one does not end itself.
        if (!is_orphaned(configuration, name) || is_own_or_above(name)) continue;
        const std::string pids = text_of(open_group(groups.get(), name).get(), "cgroup.procs");
        found.push_back({name, static_cast<std::size_t>(std::count(pids.begin(), pids.end(), '\n'))});
    }
    return found;
}

void end_abandoned(const std::string& name) {
    const UniqueFd groups = open_groups(false);
    const UniqueFd group = groups ? open_group(groups.get(), name) : UniqueFd{};
    if (!group) return;
    put(group.get(), "cgroup.kill", "1");
    for (int round = 0; round < rounds; ++round) {
        if (::unlinkat(groups.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
        if (errno != EBUSY) throw_errno("cannot remove control group jailctl/" + name);
        (void)::poll(nullptr, 0, round_ms);
    }
    throw Error(Errc::busy, "control group jailctl/" + name + " cannot be removed: there is something in it still")
        .with_hint("its cgroup.procs, and those of the groups below it, say what");
}

}  // namespace jailctl::scripts
