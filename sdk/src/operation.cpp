#include "jailctl/sdk/operation.hpp"

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>

#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "journal.hpp"

namespace jailctl {

struct Operation::State {
    Invocation& invocation;
    const Jail& jail;
    std::string command;
    Journal journal;
    bool dry_run;
    std::vector<Undo> steps;
    std::vector<Undo> finish;
    bool committed = false;

    void point() const noexcept { fault_point(invocation.configuration()); }

    void undo_all() {
        end_with({steps.rbegin(), steps.rend()}, [this](Error& error) {
            invocation.console().error(error.add_context("undoing " + command).with_hint(later()));
        });
    }

    void run_finish() {
        end_with(finish, [this](const Error& error) { invocation.omission(error.what() + ("; " + later())); });
    }

    [[nodiscard]] std::string later() const { return "the next command for " + jail.name.text() + " tries again"; }

private:
    template <class Tell>
    void end_with(const std::vector<Undo>& undos, Tell&& tell) {
        const Interrupt::Shield shield;
        std::vector<Undo> left;
        for (const auto& undo : undos) {
            try {
                run_undo(invocation, jail, undo);
            } catch (Error& error) {
                if (!is_litter(undo)) throw;
                tell(error);
                left.push_back(undo);
            }
            point();
        }
        if (left.empty() && journal.begun()) journal.remove();
        if (left.empty()) return;
        keep_litter(invocation.configuration(), journal.place(), journal.name(), left);
        merge_litter(invocation.configuration(), journal.place(), jail.name, journal.name());
    }
};

void run_undo(Invocation& invocation, const Jail& jail, const Undo& undo) {
    const Interrupt::Shield shield;
    const Undoer* undoer = invocation.undoers().find(undo.kind);
    if (undoer == nullptr) {
        throw Error(Errc::internal, "no loaded plugin knows how to undo '" + undo.kind + "'")
            .with_hint("run the command again with all plugins loaded");
    }
    try {
        (*undoer)(invocation, jail, undo.arguments);
    } catch (Error& error) {
        throw error.with_step("undo " + undo.kind).with_jail(jail.name.text());
    }
}

void fault_point(const Configuration& configuration) noexcept {
    const char* text = std::getenv("JAILCTL_FAULT");
    if (text == nullptr) return;
    // Never on a site: only for a configuration below a directory that a test made for the purpose.
    bool testing = false;
    for (const auto& part : configuration.file.parent_path()) testing |= part.string().starts_with("jailctl-test");
    const std::string_view wish = text;
    if (!testing || !wish.starts_with("kill:")) return;
    static int count = 0;
    int wanted = 0;
    std::from_chars(wish.data() + 5, wish.data() + wish.size(), wanted);
    if (++count == wanted) ::kill(::getpid(), SIGKILL);
}

Operation::Operation(Invocation& invocation, const Jail& jail, std::string command, JournalPlace place)
    : state_(new State{invocation, jail, command, Journal(invocation.configuration(), place, jail.name, command),
                       invocation.options().dry_run, {}, {}, false}) {}

Operation::~Operation() {
    if (state_->committed || state_->dry_run) return;
    try {
        state_->undo_all();
    } catch (Error& error) {
        // The journal stays: the next command for the jail tries again.
        state_->journal.end();
        state_->invocation.console().error(error.add_context("undoing " + state_->command));
    } catch (const std::exception& error) {
        state_->invocation.console().error(Error(Errc::internal, "undoing " + state_->command + ": " + error.what()));
    }
}

bool Operation::dry_run() const noexcept { return state_->dry_run; }

void Operation::step(std::string_view what, Undo undo, const std::function<void()>& action) {
    Console& console = state_->invocation.console();
    if (state_->dry_run) return console.line("would " + std::string(what));
    Interrupt::check();
    console.verbose(what);
    try {
        if (!undo.none()) {
            state_->point();
            state_->journal.step(what, undo);
            state_->steps.push_back(std::move(undo));
        }
        state_->point();
        action();
        state_->point();
    } catch (Error& error) {
        throw error.with_step(std::string(what)).with_jail(state_->jail.name.text());
    }
}

void Operation::after_commit(Undo finish) { state_->finish.push_back(std::move(finish)); }

void Operation::commit() {
    State& state = *state_;
    if (state.dry_run || state.committed) return;
    Interrupt::check();
    state.point();
    if (state.finish.empty()) {
        // Without work afterwards the removal of the journal is the commit.
        if (state.journal.begun()) state.journal.remove();
        state.committed = true;
        return state.point();
    }
    state.journal.commit(state.finish);
    state.committed = true;
    state.point();
    try {
        state.run_finish();
    } catch (const Error& error) {
        state.journal.end();
        state.invocation.omission(error.what() + ("; " + state.later()));
    }
}

}  // namespace jailctl
