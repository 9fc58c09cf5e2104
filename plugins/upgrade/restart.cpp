#include "restart.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl::upgrade {

namespace {

constexpr std::int64_t default_grace = 60;

void stop(Invocation& in, const Jail& jail, JailRuntime& runtime, int id) {
    in.console().info("Stopping jail " + jail.name.text() + "...");
    const Leases before = in.hooks().fire(BeforeStop{{in, jail, id}});
    const std::string& text = jail.settings["STOP_TIMEOUT"].text;
    const std::chrono::seconds grace{text.empty() ? default_grace : parse_seconds(text)};
    try {
        runtime.stop(in, jail, grace);
    } catch (const Error& error) {
        const Leases after = in.hooks().fire(AfterStop{{{in, jail, id}, &error}});
        throw;
    }
    const Leases after = in.hooks().fire(AfterStop{{{in, jail, 0}, nullptr}});
}

void start(Invocation& in, const Jail& jail, JailRuntime& runtime) {
    in.console().info("Starting jail " + jail.name.text() + "...");
    const Leases before = in.hooks().fire(BeforeStart{{in, jail, 0}});
    int id = 0;
    try {
        id = runtime.start(in, jail, {});
    } catch (const Error& error) {
        const Leases after = in.hooks().fire(AfterStart{{{in, jail, 0}, &error}});
        throw;
    }
    const Leases after = in.hooks().fire(AfterStart{{{in, jail, id}, nullptr}});
    const Leases ready = in.hooks().fire(JailReady{{in, jail, id}});
}

}  // namespace

void while_stopped(Invocation& in, const Jail& jail, const std::function<void()>& work) {
    auto& runtime = in.services().get<JailRuntime>();
    const auto running = runtime.find(in.configuration(), jail.name);
    stop(in, jail, runtime, running ? running->id : 0);
    try {
        work();
    } catch (const Error&) {
        // It ran before, so it runs afterwards: a signal that ended the work must not end this too.
        const Interrupt::Shield shield;
        try {
            start(in, jail, runtime);
        } catch (const Error& error) {
            in.console().error(error);
        }
        throw;
    }
    start(in, jail, runtime);
}

}  // namespace jailctl::upgrade
