#include <set>
#include <sys/stat.h>

#include "cgroup.hpp"
#include "examine.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "root_use.hpp"

namespace jailctl::lifecycle {
namespace {

using Kind = RecordState::Kind;

/// Of other configurations: what jails of this one run from is told by their records. A record names its control group,
/// which may come from another spelling of RUN_DIR.
std::vector<RootUse> roots_of_others(const Configuration& configuration, const std::vector<KnownRun>& runs) {
    auto uses = noted_roots();
    if (uses.empty()) return uses;
    std::set<std::string> own;
    for (const auto& run : runs) {
        own.insert(Cgroup::name_for(configuration, run.jail.name));
        own.insert(run.state.record.cgroup);
    }
    std::erase_if(uses, [&](const RootUse& use) { return own.contains(use.group); });
    return uses;
}

Finding shared(const KnownRun& run, const RootUse& use) {
    const std::string& name = run.jail.name.text();
    const std::string place = escape_name(run.jail.root.string());
    if (run.state.kind == Kind::alive && use.is_of(run.state.record.root_device, run.state.record.root_inode))
        return {"shared-root", name,
                "jail " + name + " and " + described(use) + " both run from " + place +
                    ", and write into the same files",
                "stop one of them: 'jailctl stop " + name + "' or " + how_to_stop(use)};
    return {"shared-root", name,
            "jail " + name + " cannot be started: " + described(use) + " runs from " + place,
            how_to_stop(use) + " stops that one"};
}

}  // namespace

void look_for_shared_roots(Diagnosis& diagnosis, const Configuration& configuration,
                           const std::vector<KnownRun>& runs) {
    const auto others = roots_of_others(configuration, runs);
    if (others.empty()) return;
    for (const auto& run : runs) {
        struct stat root {};
        if (run.jail.root.empty() || root_state(run.jail.root) != RootState::present) continue;
        if (::fstat(Rootfs::open(run.jail.root).fd(), &root) != 0)
            throw_errno("cannot look at " + run.jail.root.string());
        if (const auto use = user_of_root(others, root, {})) diagnosis.add(shared(run, *use));
    }
}

}  // namespace jailctl::lifecycle
