#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "journal.hpp"

namespace jailctl {

namespace {

// What runs is inside what lasts (an upgrade starts the jail), so it is cleaned first.
constexpr JournalPlace places[] = {JournalPlace::running, JournalPlace::lasting};

struct Recovered {
    std::vector<std::string> commands;
    std::set<std::string, std::less<>> kinds;  ///< of the undos that were run
};

/// One worker treats one jail, so this stays small.
Recovered& recovered(const JailName& jail) {
    static std::map<std::string, Recovered> by_jail;
    return by_jail[jail.key()];
}

/// In the order in which they are to be run.
std::vector<Undo> undos_of(const JournalRecord& record) {
    if (record.committed) return record.finish;
    return {record.steps.rbegin(), record.steps.rend()};
}

/// @return what could not be undone now and may wait
std::vector<Undo> replay(Invocation& invocation, const Jail& jail, const std::vector<Undo>& undos) {
    std::vector<Undo> left;
    for (const auto& undo : undos) {
        try {
            run_undo(invocation, jail, undo);
            recovered(jail.name).kinds.insert(undo.kind);
        } catch (const Error& error) {
            if (!is_litter(undo)) throw;
            invocation.console().warn(std::string(error.what()) + "; the next command for " + jail.name.text() +
                                      " tries again");
            left.push_back(undo);
        }
        fault_point(invocation.configuration());
    }
    return left;
}

void recover_journal(Invocation& invocation, const Jail& jail, JournalPlace place, const FoundJournal& journal) {
    const JournalRecord& record = journal.record;
    if (journal.begun && record.ours()) return;
    // The lock is ours, so that one has another: of another RUN_DIR, with this STATE_DIR.
    if (journal.begun && record.writer_lives())
        throw Error(Errc::busy, jail.name.text() + " is busy: " + record.command + " by pid " +
                                    std::to_string(record.pid) + ", with another RUN_DIR")
            .with_hint("repeat the command when that one has ended, and use one RUN_DIR for one STATE_DIR");
    const bool dry = invocation.options().dry_run;
    const std::vector<Undo> undos = undos_of(record);
    std::vector<Undo> left;
    if (journal.begun && (record.committed || !undos.empty())) {
        const std::string work = record.committed ? "finish" : "undo";
        const std::string rest = " the interrupted " + record.command + " of jail " + jail.name.text();
        if (dry) return invocation.console().line("would " + work + rest);
        invocation.console().info((record.committed ? "Finishing" : "Undoing") + rest + "...");
        invocation.log(work + rest);
        left = in_context("cannot " + work + rest, [&] { return replay(invocation, jail, undos); });
        if (left.empty()) recovered(jail.name).commands.push_back(record.command);
    }
    if (dry) return;
    if (left.empty()) remove_journal(invocation.configuration(), place, journal.name);
    // A journal of nothing else stands as it is: a full disk, too, must not keep a jail from being stopped.
    else if (left.size() < undos.size()) keep_litter(invocation.configuration(), place, journal.name, left);
}

std::string told(const JournalRecord& record) {
    return record.command + " by pid " + std::to_string(record.pid) +
           (record.ended ? " has ended, but not all of what it made could be removed" : " was interrupted");
}

/// The one that tells most: what was begun goes before what was not.
std::optional<Interruption> interruption_of(const Configuration& configuration, const JailName& jail) {
    std::optional<Interruption> found;
    // Of a create that was killed while runme.sh ran, it is the create that tells more than what ran in it.
    for (const JournalPlace place : {JournalPlace::lasting, JournalPlace::running}) {
        try {
            for (const auto& journal : find_journals(configuration, place, jail)) {
                const JournalRecord& record = journal.record;
                if (journal.begun && record.writer_lives()) continue;
                if (!journal.begun)
                    found = Interruption{"a command for it ended before it had begun anything", {}, true, false};
                else return Interruption{told(record), {}, true, true, record.pid, place};
            }
        } catch (const Error& error) {
            return Interruption{error.what(), error.hint(), false};
        }
    }
    return found;
}

using Interruptions = std::map<std::string, Interruption, std::less<>>;

/// A scratch jail is in no JAILS.
bool is_part_of_another(const Configuration& configuration, const Interruptions::value_type& one,
                        const Interruptions& all) {
    if (one.second.place != JournalPlace::running || configuration.find(JailName(one.first)) != nullptr) return false;
    return std::ranges::any_of(all, [&](const auto& other) {
        return other.second.pid == one.second.pid && other.second.pid != 0 &&
               other.second.place == JournalPlace::lasting;
    });
}

}  // namespace

void recover(Invocation& invocation, const Jail& jail) {
    const Interrupt::Shield shield;
    for (const JournalPlace place : places) {
        for (const auto& journal : find_journals(invocation.configuration(), place, jail.name)) {
            recover_journal(invocation, jail, place, journal);
        }
        if (invocation.options().dry_run) continue;
        try {
            merge_litter(invocation.configuration(), place, jail.name, "");
        } catch (const Error& error) {
            invocation.log(error.what());  // a full disk: they stay as they are, and stop nothing
        }
    }
}

const std::vector<std::string>& recovered_commands(const JailName& jail) { return recovered(jail).commands; }

bool has_undone(const JailName& jail, std::string_view kind) { return recovered(jail).kinds.contains(kind); }

bool is_being_changed(const Configuration& configuration, const JailName& jail, JournalPlace place) {
    try {
        return std::ranges::any_of(find_journals(configuration, place, jail), [](const FoundJournal& journal) {
            return journal.begun && journal.record.writer_lives();
        });
    } catch (const Error& error) {
        if (error.code() != Errc::damaged) throw;
        return false;
    }
}

std::map<std::string, Interruption, std::less<>> interruptions(const Configuration& configuration) {
    std::map<std::string, Interruption, std::less<>> found;
    for (const JournalPlace place : places) {
        for (const auto& key : journalled_jails(configuration, place)) {
            if (found.contains(key)) continue;
            try {
                if (auto one = interruption_of(configuration, JailName(key))) found.emplace(key, std::move(*one));
            } catch (const Error&) {
                // No name of a jail, so nothing that jailctl wrote.
            }
        }
    }
    const Interruptions all = found;
    std::erase_if(found, [&](const auto& one) { return is_part_of_another(configuration, one, all); });
    return found;
}

std::map<std::string, std::string, std::less<>> interrupted_commands(const Configuration& configuration) {
    std::map<std::string, std::string, std::less<>> found;
    for (auto& [key, one] : interruptions(configuration))
        if (one.begun) found.emplace(key, std::move(one.sentence));
    return found;
}

}  // namespace jailctl
