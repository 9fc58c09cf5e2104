#include <set>
#include <sys/stat.h>

#include "cgroup.hpp"
#include "cgroup_limits.hpp"
#include "examine.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "kernel.hpp"
#include "mounts.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::uint32_t any_range = 1879048192;  // only whether ids can be mapped is asked, not which

Finding from(const Error& error, std::string code, std::string jail = {}) {
    return {std::move(code), std::move(jail), error.what(), error.hint()};
}

void look_at_kernel(Diagnosis& diagnosis) {
    try {
        require_kernel();
        (void)open_unified();
    } catch (const Error& error) {
        if (error.code() != Errc::unsupported) throw;
        diagnosis.add(from(error, "host-kernel"));
    }
}

/// Limits of the configuration for which this host has no controller: a start would be refused.
void look_at_limits(Diagnosis& diagnosis, const Configuration& configuration) {
    const UniqueFd root = open_unified();
    std::set<std::pair<std::string, std::string>> told;
    for (const Jail& jail : configuration.jails)
        for (const auto& limit : unified_limits(resource_limits(jail.settings), Unwanted::left_out)) {
            if (has_controller(root.get(), limit.controller) || cgroup_mounts().v1_with(v1_name(limit.controller)))
                continue;
            if (!told.emplace(jail.name.key(), limit.controller).second) continue;
            const std::string variable = limit.variable;
            diagnosis.add({"host-limit", jail.name.text(),
                           variable + " of jail " + jail.name.text() + " (" + jail.settings[variable].origin.text() +
                               ") cannot be set: this host has no cgroup controller '" + limit.controller + "'",
                           "boot a kernel that has it, or set " + variable + "=none for this jail"});
        }
}

/// One root of each file system is tried: a clone of its mount that is attached nowhere.
void look_at_id_maps(Diagnosis& diagnosis, const Configuration& configuration) {
    std::set<dev_t> tried;
    UniqueFd user_namespace;
    for (const Jail& jail : configuration.jails) {
        if (root_state(jail.root) != RootState::present) continue;
        const Rootfs root = Rootfs::open(jail.root);
        struct stat facts {};
        if (::fstat(root.fd(), &facts) != 0 || !tried.insert(facts.st_dev).second) continue;
        try {
            if (!user_namespace) user_namespace = make_user_namespace(any_range);
            map_ids(clone_root(root.fd()).get(), user_namespace.get(), jail.root.string());
        } catch (const Error& error) {
            if (error.code() != Errc::unsupported) throw;
            diagnosis.add(from(error, "host-idmap", jail.name.text()));
        }
    }
}

}  // namespace

void examine_host(const Examination& examination) {
    Diagnosis& diagnosis = examination.diagnosis;
    const Configuration& configuration = examination.invocation.configuration();
    diagnosis.check("the kernel", [&] { look_at_kernel(diagnosis); });
    diagnosis.check("the cgroup controllers of this host", [&] { look_at_limits(diagnosis, configuration); });
    diagnosis.check("whether the jails' file systems map ids", [&] { look_at_id_maps(diagnosis, configuration); });
}

}  // namespace jailctl::lifecycle
