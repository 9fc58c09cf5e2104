#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "../examine_jails.hpp"
#include "cgroup.hpp"
#include "console.hpp"
#include "examine.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/state.hpp"
#include "network/examine_network.hpp"
#include "runtime.hpp"

namespace jailctl::lifecycle {
namespace {

using Kind = RecordState::Kind;

bool is_down(const RecordState& state) { return state.kind == Kind::none || state.kind == Kind::dead; }

/// Looks again, for somebody may have started the jail since.
void clear(Invocation& invocation, const Jail& jail) {
    const RecordState state = look_up_record(invocation.configuration(), jail.name.key());
    if (is_down(state)) clear_leftovers(invocation, jail, state);
}

/// Its init ended without jailctl: status shows it as stopped, and what start made for it is there yet.
void look_at_records(Diagnosis& diagnosis, const std::vector<KnownRun>& runs) {
    for (const auto& [jail, state, told] : runs) {
        if (told || state.kind != Kind::dead) continue;
        const std::string& name = jail.name.text();
        diagnosis.add({"leftover-run", name,
                       "jail " + name +
                           " ended without jailctl, and the record, network and control groups "
                           "of that run are there yet",
                       "'jailctl stop " + name + "', the next start and 'jailctl doctor --fix' remove them",
                       "remove what the last run of jail " + name + " left",
                       [jail](Invocation& invocation) { clear(invocation, jail); }});
    }
}

/// Without members: one that has some makes its jail a broken one, which is told by examine_jails().
void look_at_groups(Diagnosis& diagnosis, const Configuration& configuration, const std::vector<KnownRun>& runs) {
    std::map<std::string, const KnownRun*> owners;
    for (const auto& run : runs) owners.emplace(Cgroup::name_for(configuration, run.jail.name), &run);
    for (const auto& group : Cgroup::all_hierarchies()) {
        const auto owner = owners.find(group);
        if (owner == owners.end()) continue;  // of another RUN_DIR
        if (owner->second->told || owner->second->state.kind != Kind::none) continue;
        const Jail& jail = owner->second->jail;
        const std::string& name = jail.name.text();
        diagnosis.add({"leftover-cgroup", name,
                       "control group jailctl/" + group + " of jail " + name + " is there, though it does not run",
                       "the next start uses it as it is; 'jailctl doctor --fix' removes it",
                       "remove control group jailctl/" + group, [jail, group](Invocation& invocation) {
                           if (look_up_record(invocation.configuration(), jail.name.key()).kind == Kind::none)
                               Cgroup(group).remove();  // refused by the kernel while there is a process in it
                       }});
    }
}

void look_at_consoles(Diagnosis& diagnosis, const Configuration& configuration, const std::vector<KnownRun>& runs) {
    for (const auto& [jail, state, told] : runs) {
        if (told || state.kind != Kind::none || !has_console(configuration, jail.name)) continue;
        const std::string& name = jail.name.text();
        diagnosis.add(
            {"leftover-console", name, "the console of jail " + name + " is mounted yet, though it does not run", "",
             "keep what the console of jail " + name + " says and unmount it", [jail](Invocation& invocation) {
                 if (look_up_record(invocation.configuration(), jail.name.key()).kind == Kind::none)
                     close_console(invocation, jail);
             }});
    }
}

}  // namespace

std::vector<KnownRun> known_runs(const Configuration& configuration) {
    std::vector<KnownRun> runs;
    std::set<std::string> seen;
    const auto left = interruptions(configuration);
    const auto add = [&](Jail jail) {
        const std::string key = jail.name.key();
        if (!seen.insert(key).second) return;
        RecordState state = look_up_record(configuration, key);
        const bool told = is_down(state) && left.contains(key);
        runs.push_back({std::move(jail), std::move(state), told});
    };
    for (Jail& jail : known_jails(configuration)) add(std::move(jail));
    for (const auto& key : Records(configuration).keys()) add({JailName(key), {}, {}, configuration.settings, {}});
    return runs;
}

void examine_runs(const Examination& examination, const std::vector<KnownRun>& runs) {
    Diagnosis& diagnosis = examination.diagnosis;
    const Configuration& configuration = examination.invocation.configuration();
    look_at_records(diagnosis, runs);
    diagnosis.check("the control groups", [&] { look_at_groups(diagnosis, configuration, runs); });
    diagnosis.check("the roots", [&] { look_for_shared_roots(diagnosis, configuration, runs); });
    diagnosis.check("the consoles", [&] { look_at_consoles(diagnosis, configuration, runs); });
}

void register_examination(Registrar& host) {
    host.on<Examination>([](const Examination& examination) {
        examine_jails(examination);
        examine_host(examination);
        examination.diagnosis.check("what runs", [&] {
            const auto runs = known_runs(examination.invocation.configuration());
            examine_runs(examination, runs);
            examine_network(examination, runs);
        });
    });
}

}  // namespace jailctl::lifecycle
