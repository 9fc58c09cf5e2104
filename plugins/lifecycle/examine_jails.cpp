#include "examine_jails.hpp"

#include <filesystem>
#include <set>

#include "jail_status.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/shared_ids.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

const char* const mistake_code = "config-mistake";

namespace {

Finding interrupted(const Jail& jail, const Interruption& left) {
    const std::string& name = jail.name.text();
    Finding finding{"interrupted-command", name, "jail " + name + ": " + left.sentence, left.hint};
    if (!left.readable) return finding;
    finding.hint = "the next command that changes " + name + " cleans up, or 'jailctl doctor --fix'";
    finding.fix = "undo or finish what was interrupted of jail " + name;
    finding.remedy = [jail](Invocation& invocation) { recover(invocation, jail); };  // done by now, under the lock
    return finding;
}

void look_for_interruptions(const Examination& examination) {
    const Configuration& configuration = examination.invocation.configuration();
    for (const auto& [key, left] : interruptions(configuration)) {
        const Jail* jail = configuration.find(JailName(key));
        if (jail != nullptr) {
            examination.diagnosis.add(interrupted(*jail, left));
            continue;
        }
        examination.diagnosis.add(
            {"interrupted-command", key, "jail " + key + ", which is not in JAILS: " + left.sentence,
             left.readable ? "put its entry back, then 'jailctl doctor --fix' removes what is left" : left.hint});
    }
}

/// A process of one is the same user as one of the other to the kernel, wherever both can be seen.
void look_for_shared_ids(const Examination& examination) {
    for (const auto& shared : shared_ids(examination.invocation.configuration()))
        examination.diagnosis.add(
            {"shared-ids", shared.jail,
             "jail " + shared.jail + " has the host ids of jail " + shared.other + " of STATE_DIR " +
                 escape_name(shared.state_dir) + ", too",
             "'jailctl delete --backup-first " + shared.jail + "', then 'jailctl restore " + shared.jail +
                 "', gives it ids of its own"});
}

void look_for_mistakes(const Examination& examination) {
    for (const Jail& jail : examination.invocation.configuration().jails)
        if (jail.mistake)
            examination.diagnosis.add({mistake_code, jail.name.text(),
                                       "the settings of jail " + jail.name.text() +
                                           " are not known, and nothing else is said of it: " + jail.mistake->what(),
                                       jail.mistake->hint()});
}

/// Created and not deleted, and its entry is gone: its directory and its ids stay, and no command works on it. Not what
/// has ids alone, as the scratch jail of a command has.
void look_for_forgotten(const Examination& examination, const std::set<std::string>& told) {
    const Configuration& configuration = examination.invocation.configuration();
    for (const auto& key : jails_with_ids(configuration)) {
        const auto root = configuration.path("JAIL_HOME") / key;
        std::error_code gone;
        if (told.contains(key) || configuration.find(JailName(key)) != nullptr ||
            !std::filesystem::is_directory(std::filesystem::symlink_status(root, gone)))
            continue;
        examination.diagnosis.add(
            {"unlisted-jail", key, "jail " + key + " in " + root.string() + " was created, and is not in JAILS",
             "put its entry back into JAILS; 'jailctl delete " + key + "' then removes it if it is not wanted"});
    }
}

void add_broken(Diagnosis& diagnosis, const JailStatus& status) {
    const std::string& name = status.name;
    std::string hint;
    if (status.running) hint = "'jailctl stop " + name + "' ends what runs in its control group";
    else if (!status.occupant.empty()) hint = "put the old name back into JAILS, stop it, then rename it";
    else if (status.problem.ends_with("is not a directory"))
        hint = "look at what it is, and put the jail's directory in its place";
    diagnosis.add({"broken-jail", name, "jail " + name + ": " + status.problem, hint});
}

}  // namespace

void examine_jails(const Examination& examination) {
    Diagnosis& diagnosis = examination.diagnosis;
    const Configuration& configuration = examination.invocation.configuration();
    look_for_mistakes(examination);
    diagnosis.check("the journals", [&] { look_for_interruptions(examination); });
    diagnosis.check("the ids of jails", [&] { look_for_shared_ids(examination); });
    diagnosis.check("the jails that run", [&] {
        HostView view = look_around(configuration, examination.invocation.services().get<JailRuntime>());
        view.interrupted.clear();
        const auto told = interruptions(configuration);  // above; what runs without a record runs for that reason
        for (const Jail& jail : configuration.jails) {
            if (told.contains(jail.name.key())) continue;
            if (const auto status = look_at(view, jail); !status.problem.empty()) add_broken(diagnosis, status);
        }
        std::set<std::string> known;
        for (const auto& [key, left] : told) known.insert(key);
        for (const auto& stranger : look_for_strangers(configuration, view)) {
            known.insert(JailName(stranger.name).key());
            // A scratch jail runs as part of a command, and goes with what that left.
            if (stranger.running && stranger.running->copy && !told.empty()) continue;
            diagnosis.add({"unlisted-jail", stranger.name, "jail " + stranger.name + " " + stranger.problem,
                           "put its entry back into JAILS, then 'jailctl stop " + stranger.name + "'"});
        }
        look_for_forgotten(examination, known);
    });
}

std::vector<Jail> known_jails(const Configuration& configuration) {
    std::vector<Jail> jails = configuration.jails;
    for (const auto& key : jails_worked_on(configuration)) {
        try {
            if (const JailName name(key); configuration.find(name) == nullptr)
                jails.push_back({name, {}, {}, configuration.settings, {}});
        } catch (const Error&) {
            // no name of a jail, so no lock of ours
        }
    }
    return jails;
}

}  // namespace jailctl::lifecycle
