#include "jail_status.hpp"

#include <algorithm>
#include <cctype>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/recovery.hpp"

namespace jailctl::lifecycle {
namespace {

std::vector<std::string> addresses_of(const Jail& jail) {
    std::vector<std::string> texts;
    for (const auto& address : jail.addresses) texts.push_back(address.text());
    return texts;
}

/// JAILS may have been changed since the start: what the jail has is what it was started with.
void take_own_addresses(JailStatus& status) {
    const auto& own = status.running->addresses;
    if (!own) return;
    if (!std::ranges::is_permutation(*own, status.addresses)) status.next_addresses = std::move(status.addresses);
    status.addresses = *own;
}

/// A jail that does not run: created, not created, or neither.
void look_at_root(HostView& view, const Jail& jail, JailStatus& status) {
    switch (view.roots.of(jail.root)) {
    case RootState::present: status.mark = ' '; break;
    case RootState::absent:
    case RootState::empty: status.mark = '!'; break;
    case RootState::not_a_directory:
        status.mark = '?';
        status.problem = jail.root.string() + " is not a directory";
        break;
    }
    if (const auto left = view.interrupted.find(jail.name.key()); left != view.interrupted.end()) {
        status.mark = '?';
        status.problem = left->second;
    }
}

/// While upgrade proves a copy the jail itself is down: nobody should take the one for the other.
void tell_of_copy(HostView& view, const Jail& jail, const RunningJail& copy, JailStatus& status) {
    look_at_root(view, jail, status);
    const std::string what = "a copy of it, " + copy.root.string() + ", runs as process " + std::to_string(copy.id);
    if (status.problem.empty())
        status.problem = "its upgrade is under way: " + what;
    else
        status.problem += ": " + what + "; 'jailctl stop " + status.name + "' ends it and undoes the upgrade";
}

/// An entry that was renamed in JAILS while its jail runs: the root is in use under the old name.
void look_for_occupant(const HostView& view, const Jail& jail, JailStatus& status) {
    const auto occupant = view.occupants.find(jail.root.native());
    if (occupant == view.occupants.end()) return;
    status.occupant = occupant->second;
    status.problem = "jail " + occupant->second + " runs from its root " + jail.root.string();
}

}  // namespace

HostView look_around(const Configuration& configuration, const JailRuntime& runtime) {
    HostView view;
    for (auto& running : runtime.list(configuration)) {
        std::string key = running.name;
        std::transform(key.begin(), key.end(), key.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        view.occupants.emplace(running.root.native(), running.name);
        view.running.emplace(std::move(key), std::move(running));
    }
    view.interrupted = interrupted_commands(configuration);
    return view;
}

JailStatus look_at(HostView& view, const Jail& jail) {
    JailStatus status{jail.name.text(), addresses_of(jail), jail.root.string(), {}, ' ', {}};
    try {
        const auto found = view.running.find(jail.name.key());
        if (found != view.running.end() && found->second.copy && found->second.problem.empty()) {
            tell_of_copy(view, jail, found->second, status);
            return status;
        }
        if (found == view.running.end()) {
            look_at_root(view, jail, status);
            look_for_occupant(view, jail, status);
        } else {
            status.running = found->second;
            take_own_addresses(status);
            status.problem = status.running->problem;
            status.mark = status.running->frozen ? '~' : '*';
        }
    } catch (const Error& error) {
        status.problem = error.what();
    }
    if (!status.problem.empty()) status.mark = '?';
    return status;
}

std::vector<JailStatus> look_for_strangers(const Configuration& configuration, const HostView& view) {
    std::vector<JailStatus> strangers;
    const auto listed = [&](const std::string& key) {
        return std::ranges::any_of(configuration.jails, [&](const Jail& jail) { return jail.name.key() == key; });
    };
    for (const auto& [key, jail] : view.running) {
        if (listed(key)) continue;
        const std::string problem = !jail.problem.empty() ? jail.problem
                                    : jail.copy           ? "a copy of a jail that a command proves"
                                                : "runs, but is not in JAILS: put its entry back, then 'jailctl stop " +
                                                      jail.name + "' stops it";
        strangers.push_back(
            {jail.name, jail.addresses.value_or(std::vector<std::string>{}), jail.root.string(), jail, '?', problem});
    }
    for (const auto& [key, problem] : view.interrupted) {
        if (view.running.contains(key) || listed(key)) continue;
        strangers.push_back({key, {}, "", {}, '?', problem + ", and it is not in JAILS: put its entry back, "
                             "then 'jailctl doctor --fix' removes what is left"});
    }
    return strangers;
}

}  // namespace jailctl::lifecycle
