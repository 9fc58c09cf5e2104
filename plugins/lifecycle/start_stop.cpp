#include "start_stop.hpp"

#include <boost/program_options/value_semantic.hpp>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/jail_health.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/network.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "jailctl/sdk/start_again.hpp"
#include "jailctl/sdk/supervision.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "readiness.hpp"
#include "settings.hpp"
#include "start_after.hpp"
#include "stop_ended.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

std::string running_sentence(const Jail& jail) { return jail.name.text() + " is already running"; }

void add_grace_option(Command& command, std::string& grace) {
    command.options.add_options()("timeout,t", po::value(&grace)->value_name("TIME"),
                                  "how long init may take before it is killed, 60s or 5min (default: STOP_TIMEOUT)");
}

std::optional<std::chrono::seconds> grace_of(const std::string& text) {
    if (text.empty()) return std::nullopt;
    try {
        return std::chrono::seconds(parse_seconds(text));
    } catch (const Error& error) {
        throw Error(Errc::usage, "--timeout: " + std::string(error.what()));
    }
}

/// The root itself is held by whoever launches in it.
void require_startable(Invocation& invocation, const Jail& jail) {
    require_nobody_at_work(invocation, jail, "cannot be started now", Staging::snapshot);
    require_created(jail);
}

/// That it could join it again: a restart stops no jail that would stay down.
void require_network(Invocation& invocation, const Jail& jail) {
    in_context(jail.name.text() + " could not be started again, and is not stopped",
               [&] { (void)network_of(invocation, jail).check(invocation.configuration(), jail); });
}

/// A start that fails leaves nothing behind, whatever the jail did until then.
void ready_or_down(Invocation& invocation, JailRuntime& runtime, const Jail& jail, int id, const UniqueFd& told) {
    const bool asked = !jail.settings["READY_COMMAND"].text.empty();
    if (invocation.options().dry_run) {
        if (told || asked)
            invocation.console().line(std::string("would wait until ") +
                                      (told ? "its init is up" : "READY_COMMAND succeeds"));
        return;
    }
    try {
        if (told) listen_to_init(invocation, jail, id, told.get());
        else if (asked) wait_until_ready(invocation, jail, jail.name.text());
    } catch (Error& error) {
        const Interrupt::Shield shield;
        runtime.stop(invocation, jail, stop_timeout(jail.settings));
        if (error.code() == Errc::timeout)
            error.with_hint("'jailctl start --no-wait " + jail.name.text() + "' starts it without waiting");
        throw;
    }
}

void add_wait_option(Command& command, bool& no_wait) {
    command.options.add_options()("no-wait", po::bool_switch(&no_wait), "do not wait until it is ready");
}

struct StartOptions {
    bool at_boot = false, no_wait = false, supervised = false;
    [[nodiscard]] Wait wait() const { return no_wait ? Wait::no : Wait::until_ready; }
};

struct StopOptions {
    std::string grace;
    bool supervised = false;
};

/// A host that goes down stops its jails, whatever somebody wrote last: by what jails.conf says of all, and says so.
void tell_whose_settings(Invocation& invocation, const Jail& jail) {
    if (jail.mistake)
        invocation.omission("the own settings of " + jail.name.text() + ", so those of jails.conf apply: " +
                            jail.mistake->what());
}

/// What a start for a supervisor adds: the file that names the init, of a jail that runs already too.
Outcome handed_over(Invocation& invocation, const Jail& jail, bool supervised, Outcome outcome) {
    if (!supervised || invocation.options().dry_run) return outcome;
    const auto running = invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name);
    if (!running) throw Error(Errc::failed, jail.name.text() + " ended at once");
    hand_to_supervisor(invocation.configuration(), jail.name, running->id);
    return Outcome::done();
}

void add_supervised_option(Command& command, bool& supervised, const char* text) {
    command.options.add_options()("supervised", po::bool_switch(&supervised), text);
}

}  // namespace

void start_jail(Invocation& invocation, const Jail& jail, Wait wait, bool after_stop) {
    require_startable(invocation, jail);
    auto& runtime = invocation.services().get<JailRuntime>();
    int id = 0;
    with_events<BeforeStart, AfterStart>(invocation, jail, id, [&] {
        invocation.console().info("Starting jail " + jail.name.text() + "...");
        UniqueFd told;
        StartRequest request;
        request.after_stop = after_stop;
        if (wait == Wait::until_ready && jail.settings["READY_COMMAND"].text.empty()) request.readiness = &told;
        id = runtime.start(invocation, jail, request);
        if (wait == Wait::until_ready) ready_or_down(invocation, runtime, jail, id, told);
    });
    if (invocation.options().dry_run) return;
    invocation.console().data("id", id);
    [[maybe_unused]] const Leases ready = invocation.hooks().fire(JailReady{{invocation, jail, id}});
}

void stop_jail(Invocation& invocation, const Jail& jail, std::optional<std::chrono::seconds> grace, StoppedBy who) {
    auto& runtime = invocation.services().get<JailRuntime>();
    const auto running = runtime.find(invocation.configuration(), jail.name);
    int id = running ? running->id : 0;
    if (who == StoppedBy::administrator && is_supervised(invocation.configuration(), jail.name, id))
        throw supervised(jail.name);
    tell_whose_settings(invocation, jail);
    const auto patience = grace.value_or(stop_timeout(jail.settings));
    with_events<BeforeStop, AfterStop>(invocation, jail, id, [&] {
        invocation.console().info("Stopping jail " + jail.name.text() + "...");
        const bool watched = who == StoppedBy::supervisor && !invocation.options().dry_run;
        // The runtime stops no jail that is watched.
        if (watched) take_from_supervisor(invocation.configuration(), jail.name);
        try {
            runtime.stop(invocation, jail, patience);
        } catch (const Error&) {
            if (watched && runtime.find(invocation.configuration(), jail.name))
                hand_to_supervisor(invocation.configuration(), jail.name, id);
            throw;
        }
        id = 0;
    });
}

void add_start(Registrar& host) {
    auto options = std::make_shared<StartOptions>();
    Command start;
    start.name = "start";
    start.summary = "start jails";
    start.words = "JAIL|all...";
    start.details =
        "Starts each jail in its own namespaces and control groups, with its addresses, and runs START_COMMAND, "
        "else its /sbin/init, else /etc/rc. Returns when READY_COMMAND succeeds, else when systemd, or /etc/rc run by "
        "jail-init, has started all it should. Nothing of jailctl stays running.";
    start.targets = Targets::several;
    start.after = started_before;
    start.after_success = true;
    start.effect = Effect::changes;
    start.options.add_options()("autostart", po::bool_switch(&options->at_boot),
                                "as at boot: leave out jails whose AUTOSTART is no");
    add_wait_option(start, options->no_wait);
    add_supervised_option(start, options->supervised, "for jailctl@.service: leaves the id of its init in "
                          "RUN_DIR/supervised/JAIL.pid, from when on only stop --supervised stops it");
    start.run_jail = [options](Invocation& invocation, const Jail& jail) {
        if (options->at_boot && !parse_yes_no(jail.settings["AUTOSTART"].text))
            return Outcome::already(jail.name.text() + " is not started at boot: AUTOSTART=no");
        const auto running = invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name);
        if (running && running->problem.empty())
            return handed_over(invocation, jail, options->supervised, Outcome::already(running_sentence(jail)));
        start_jail(invocation, jail, options->wait());
        return handed_over(invocation, jail, options->supervised, Outcome::done());
    };
    host.add(std::move(start));
}

void add_stop(Registrar& host) {
    auto options = std::make_shared<StopOptions>();
    Command stop;
    stop.name = "stop";
    stop.summary = "stop jails";
    stop.words = "JAIL|all...";
    stop.details =
        "Asks init to power off in its own way, kills what is left after STOP_TIMEOUT, and takes network and "
        "control groups down.";
    stop.targets = Targets::several;
    stop.after = stopped_before;
    stop.order = JailOrder::reverse;
    stop.effect = Effect::changes;
    add_grace_option(stop, options->grace);
    stop.despite_mistakes = true;
    add_supervised_option(stop, options->supervised,
                          "for jailctl@.service: stops what start --supervised started, or clears "
                          "what is left of it");
    stop.run_jail = [options](Invocation& invocation, const Jail& jail) {
        const auto grace = grace_of(options->grace);
        const auto running = invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name);
        if (!running) return stop_ended(invocation, jail, options->supervised);
        const bool watched = is_supervised(invocation.configuration(), jail.name, running->id);
        if (options->supervised && !watched) return Outcome::done();  // somebody started it anew, and it is theirs
        if (options->supervised) {
            stop_jail(invocation, jail, grace, StoppedBy::supervisor);
            return Outcome::done();
        }
        if (invocation.all() && watched)
            return Outcome::already(supervised(jail.name).what());
        stop_jail(invocation, jail, grace);
        return Outcome::done();
    };
    host.add(std::move(stop));
}

void add_restart(Registrar& host) {
    auto options = std::make_shared<StopOptions>();
    auto up = std::make_shared<StartOptions>();
    Command restart;
    restart.name = "restart";
    restart.summary = "stop jails and start them again";
    restart.words = "JAIL|all...";
    restart.details = "A jail that is not running is started.";
    restart.targets = Targets::several;
    restart.after = started_before;
    restart.after_success = true;
    restart.effect = Effect::changes;
    add_grace_option(restart, options->grace);
    add_wait_option(restart, up->no_wait);
    restart.run_jail = [options, up](Invocation& invocation, const Jail& jail) {
        const auto grace = grace_of(options->grace);
        require_startable(invocation, jail);  // a jail that could not come up again is not taken down
        const bool running =
            invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name).has_value();
        if (!running) {
            start_jail(invocation, jail, up->wait());
            return Outcome::done();
        }
        require_network(invocation, jail);
        stop_jail(invocation, jail, grace);
        start_again(invocation, jail, [&] { start_jail(invocation, jail, up->wait(), true); });
        return Outcome::done();
    };
    host.add(std::move(restart));
}

}  // namespace jailctl::lifecycle
