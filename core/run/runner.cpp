#include "run/runner.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <unistd.h>

#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "plugins/guard.hpp"
#include "run/invocation.hpp"
#include "run/pool.hpp"

namespace jailctl::core {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What to do on a full disk, where nobody nearer said it.
void hint_at_room(Error& error) {
    if (error.code() == Errc::no_space)
        error.with_hint(
            "make room on that file system and repeat the command; 'jailctl delete' works on a full one, too");
}

/// Who reads it in a mail or a log does not see what was typed. A mistake in the typing is not the jail's.
std::string label_for(const Jail& jail, const Error& error) {
    const std::string& name = jail.name.text();
    return error.code() == Errc::usage || names(error.what(), name) ? "jailctl" : "jailctl: " + name;
}

class Runner {
public:
    Runner(Host& host, const CommandEntry& entry, const Resolved& words, StreamConsole& console, Report& report)
        : host_(host), entry_(entry), command_(*entry.command), words_(words), console_(console), report_(report),
          invocation_(host, console, words, report.ledger), jails_(words.in_order(host.configuration())) {}

    void run() {
        if (command_.run) return run_once();
        if (jails_.empty()) {
            console_.info("JAILS names no jail: nothing to do");
            return;
        }
        if (jails_.size() == 1) return run_single(jails_.front());
        run_several();
    }

private:
    void run_once() {
        const auto start = Clock::now();
        try {
            const auto locks = changes() ? lock_all() : std::vector<Lock>{};
            guarded(entry_.plugin, [&] { command_.run(invocation_); });
        } catch (Error& error) {
            hint_at_room(error);
            report_.ledger.failure = error;
            console_.failure("jailctl", error);
        }
        if (command_.changes()) log_end({}, report_.ledger, seconds_since(start));
    }

    void run_single(const Jail& jail) {
        const auto start = Clock::now();
        Ledger ledger = work_on(jail);
        report_.jails.push_back(settle(jail.name.text(), std::move(ledger), seconds_since(start), words_.all));
        invocation_.write_to(report_.ledger);
        const auto& done = report_.jails.front();
        if (done.ledger.failure) console_.failure(label_for(jail, *done.ledger.failure), *done.ledger.failure);
        else if (done.result == Result::already) console_.info(done.reason);
    }

    void run_several() {
        Precedence precedence;
        try {
            precedence = guarded(entry_.plugin, [&] { return precedence_of(command_, host_.configuration(), jails_); });
        } catch (const Error& error) {
            report_.ledger.failure = error;
            return console_.failure("jailctl", error);
        }
        if (!precedence.circle.empty())
            console_.warn("the jails wait for each other: " + precedence.circle + ": no order is kept between them");
        report_.jails = run_workers(
            jails_, host_.globals.options.jobs, console_, [this](const Jail& jail) { return work_on(jail); },
            precedence);
        invocation_.write_to(report_.ledger);
        console_.info(table_of(report_.jails));
    }

    /// One jail, in this process: guard, body, and what they left to tell.
    Ledger work_on(const Jail& jail) {
        const auto start = Clock::now();
        Ledger ledger;
        invocation_.write_to(ledger);
        try {
            if (!command_.despite_mistakes) require_no_mistake(jail);
            if (rehearses()) require_idle(jail);
            const auto locks = changes() ? lock(jail) : std::vector<Lock>{};
            ledger.outcome = guarded(entry_.plugin, [&] { return command_.run_jail(invocation_, jail); });
        } catch (Error& error) {
            hint_at_room(error);
            ledger.failure = error;
        } catch (const std::exception& error) {
            ledger.failure = Error(Errc::internal, std::string("jailctl failed: ") + error.what());
        }
        if (command_.changes()) log_end(jail.name.text(), ledger, seconds_since(start));
        return ledger;
    }

    /// --dry-run touches nothing, not even a lock file.
    [[nodiscard]] bool changes() const {
        return command_.changes() && !host_.globals.options.dry_run;
    }

    [[nodiscard]] bool rehearses() const { return command_.changes() && host_.globals.options.dry_run; }

    /// The command itself would be refused now: what it would find is what another makes of the jail just now.
    void require_idle(const Jail& jail) {
        try {
            const auto work = jails_in_work(host_.configuration(), std::chrono::nanoseconds::max());
            if (const auto at = work.find(jail.name.key()); at != work.end())
                throw Error(Errc::busy, jail.name.text() + " is busy: " + at->second)
                    .with_hint("repeat the command when that one has ended");
        } catch (const Error& error) {
            if (error.code() != Errc::denied) throw;  // who may not even look is told so by the command
        }
    }

    std::vector<Lock> lock(const Jail& jail) {
        std::vector<Lock> locks;
        locks.push_back(take(jail));
        recover(invocation_, jail);
        return locks;
    }

    /// For commands that treat several jails in one go: sorted, so that two of them cannot wait for each other.
    std::vector<Lock> lock_all() {
        std::vector<const Jail*> sorted;
        for (const auto& jail : jails_) sorted.push_back(&jail);
        std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
        std::vector<Lock> locks;
        for (const auto* jail : sorted) locks.push_back(take(*jail));
        for (const auto* jail : sorted) recover(invocation_, *jail);
        return locks;
    }

    Lock take(const Jail& jail) {
        const auto path = host_.configuration().path("RUN_DIR");
        const auto run_dir = StateDirectory::running(host_.configuration()).open("");
        try {
            return Lock::of_jail(run_dir.get(), jail.name, command_.name, host_.globals.options.wait);
        } catch (Error& error) {
            if (error.code() != Errc::busy && error.code() != Errc::interrupted) error.add_context(path.string());
            throw;
        }
    }

    void log_end(const std::string& jail, const Ledger& ledger, double seconds) {
        const auto what = command_.name + (jail.empty() ? "" : " " + jail) +
                          (host_.globals.options.dry_run ? " (dry run)" : "");
        if (ledger.failure) return host_.log.error(what + ": " + ledger.failure->what());
        const bool already = ledger.outcome && ledger.outcome->kind == Outcome::Kind::already;
        host_.log.info(fmt::format("{}: {} in {:.2f} s", what, already ? ledger.outcome->reason : "done", seconds));
        for (const auto& omission : ledger.omissions) host_.log.info(what + ": left out: " + omission);
    }

    Host& host_;
    const CommandEntry& entry_;
    const Command& command_;
    const Resolved& words_;
    StreamConsole& console_;
    Report& report_;
    HostInvocation invocation_;
    const std::vector<Jail>& jails_;
};

}  // namespace

void require_plugin(const Host& host, const std::string& name) {
    if (host.plugins.find(name) != nullptr) return;
    std::string why = "it is not installed";
    for (const auto& left : host.plugins.left_out)
        if (left.name == name || left.file.stem() == name) why = left.reason;
    throw Error(Errc::config,
                "nothing is changed without the plugin '" + escape_name(name) + "' (PLUGIN_REQUIRED): " + why)
        .with_hint("see 'jailctl plugins'");
}

void require_plugins(const Host& host) {
    for (const auto& name : split_words(host.configuration().settings["PLUGIN_REQUIRED"].text))
        require_plugin(host, name);
}

void run_command(Host& host, const CommandEntry& entry, const Resolved& words, StreamConsole& console, Report& report) {
    Runner(host, entry, words, console, report).run();
}

}  // namespace jailctl::core
