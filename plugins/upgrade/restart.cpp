#include "restart.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/jail_health.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/start_again.hpp"
#include "jailctl/sdk/with_events.hpp"

namespace jailctl::upgrade {

namespace {

void stop(Invocation& in, const Jail& jail, JailRuntime& runtime, int& id) {
    const auto patience = std::chrono::seconds(parse_seconds(jail.settings["STOP_TIMEOUT"].text));
    with_events<BeforeStop, AfterStop>(in, jail, id, [&] {
        in.console().info("Stopping jail " + jail.name.text() + "...");
        runtime.stop(in, jail, patience);
        id = 0;
    });
}

void start(Invocation& in, const Jail& jail, JailRuntime& runtime, int& id) {
    with_events<BeforeStart, AfterStart>(in, jail, id, [&] {
        in.console().info("Starting jail " + jail.name.text() + "...");
        StartRequest request;
        request.after_stop = true;
        id = runtime.start(in, jail, request);
        if (in.options().dry_run) return;
        // Not taken down if it fails, as `start` would do: it ran before the upgrade, whose copy became ready.
        (void)wait_until_ready(in, jail, jail.name.text());
    });
    if (in.options().dry_run) return;
    in.console().data("id", id);
    const Leases ready = in.hooks().fire(JailReady{{in, jail, id}});
}

}  // namespace

void while_stopped(Invocation& in, const Jail& jail, int& id, const std::function<void()>& work) {
    auto& runtime = in.services().get<JailRuntime>();
    stop(in, jail, runtime, id);
    try {
        work();
    } catch (const Error& failure) {
        // It ran before, so it runs afterwards: a signal that ended the work must not end this too.
        const Interrupt::Shield shield;
        try {
            start_again(in, jail, [&] { start(in, jail, runtime, id); });
        } catch (const Error& error) {
            in.console().error(error);
        }
        if (failure.code() != Errc::config && failure.code() != Errc::usage) throw;
        // More than nothing was done.
        throw Error(Errc::failed, failure.what()).with_hint(failure.hint()).with_step(failure.step());
    }
    start_again(in, jail, [&] { start(in, jail, runtime, id); });
}

}  // namespace jailctl::upgrade
