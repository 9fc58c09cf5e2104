#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/operation.hpp"
#include "journal.hpp"

namespace jailctl {

namespace {

// What runs is inside what lasts (an upgrade starts the jail), so it is cleaned first.
constexpr JournalPlace places[] = {JournalPlace::running, JournalPlace::lasting};

void replay(Invocation& invocation, const Jail& jail, const JournalRecord& record) {
    if (record.committed) {
        for (const auto& item : record.finish) {
            run_undo(invocation, jail, item);
            fault_point(invocation.configuration());
        }
        return;
    }
    for (auto step = record.steps.rbegin(); step != record.steps.rend(); ++step) {
        run_undo(invocation, jail, *step);
        fault_point(invocation.configuration());
    }
}

void recover_journal(Invocation& invocation, const Jail& jail, JournalPlace place, const FoundJournal& journal) {
    const JournalRecord& record = journal.record;
    if (journal.begun && record.writer_lives()) return;
    const bool dry = invocation.options().dry_run;
    if (journal.begun && (record.committed || !record.steps.empty())) {
        const std::string work = record.committed ? "finish" : "undo";
        const std::string rest = " the interrupted " + record.command + " of jail " + jail.name.text();
        if (dry) return invocation.console().line("would " + work + rest);
        invocation.console().info((record.committed ? "Finishing" : "Undoing") + rest + "...");
        invocation.log(work + rest);
        in_context("cannot " + work + rest, [&] { replay(invocation, jail, record); });
    }
    if (!dry) remove_journal(invocation.configuration(), place, journal.name);
}

}  // namespace

void recover(Invocation& invocation, const Jail& jail) {
    const Interrupt::Shield shield;
    for (const JournalPlace place : places) {
        for (const auto& journal : find_journals(invocation.configuration(), place, jail.name)) {
            recover_journal(invocation, jail, place, journal);
        }
    }
}

std::string interrupted_command(const Configuration& configuration, const JailName& jail) {
    for (const JournalPlace place : places) {
        if (!any_journals(configuration, place)) continue;
        try {
            for (const auto& journal : find_journals(configuration, place, jail)) {
                const JournalRecord& record = journal.record;
                if (!journal.begun || record.writer_lives()) continue;
                return record.command + " by pid " + std::to_string(record.pid) + " was interrupted";
            }
        } catch (const Error& error) {
            return error.what();
        }
    }
    return {};
}

}  // namespace jailctl
