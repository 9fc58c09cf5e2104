#include "health.hpp"

#include <poll.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl::upgrade {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds settling{3000}, look_every{100}, answer_limit{30000};
constexpr std::chrono::seconds stop_grace{10};

/// Sleeps, but not through a signal.
void pause_for(milliseconds time) {
    pollfd signal{Interrupt::fd(), POLLIN, 0};
    (void)::poll(&signal, 1, static_cast<int>(time.count()));
    Interrupt::check();
}

Error unhealthy(const Jail& jail, const std::string& why) {
    return Error(Errc::failed, "the upgraded copy of jail " + jail.name.text() + " is not healthy: " + why);
}

void require_alive(Upgrade& upgrade, JailRuntime& runtime, int id) {
    const auto running = runtime.find(upgrade.in.configuration(), upgrade.jail.name);
    if (!running || running->id != id) throw unhealthy(upgrade.jail, "its init ended");
    if (!running->problem.empty()) throw unhealthy(upgrade.jail, running->problem);
}

void require_answer(Upgrade& upgrade, JailRuntime& runtime) {
    ExecRequest request;
    request.command = {"true"};
    request.on_output = [](std::string_view) {};
    request.timeout = answer_limit;
    const ExitStatus status = runtime.exec(upgrade.in, upgrade.jail, request);
    if (!status.ok()) throw unhealthy(upgrade.jail, "'true' inside it " + status.text());
}

void prove(Upgrade& upgrade, JailRuntime& runtime, int id, const std::filesystem::path& copy) {
    const auto settled = steady_clock::now() + settling;
    while (steady_clock::now() < settled) {
        require_alive(upgrade, runtime, id);
        pause_for(look_every);
    }
    require_alive(upgrade, runtime, id);
    require_answer(upgrade, runtime);
    const Leases leases =
        upgrade.in.hooks().fire(UpgradeHealth{{{upgrade.in, upgrade.jail, id}, upgrade.operation, copy}});
}

}  // namespace

void check_health(Upgrade& upgrade) {
    auto& runtime = upgrade.in.services().get<JailRuntime>();
    const std::filesystem::path copy = beside(upgrade.jail, staging_name(upgrade.jail, Staging::upgrade));
    upgrade.operation.step("start the copy without network and see that it lives",
                           Undo{"upgrade.stop", Value::object()}, [&] {
                               const int id = runtime.start(upgrade.in, upgrade.jail, StartRequest{copy, false});
                               prove(upgrade, runtime, id, copy);
                           });
    upgrade.operation.step("stop the copy", [&] { runtime.stop(upgrade.in, upgrade.jail, stop_grace); });
}

void register_health_undo(Registrar& host) {
    // Only a copy: until the upgrade is committed nothing else of this jail can run, for we hold its lock.
    host.undoer("upgrade.stop", [](Invocation& in, const Jail& jail, const Value&) {
        in.services().get<JailRuntime>().stop(in, jail, std::chrono::seconds{0});
    });
}

}  // namespace jailctl::upgrade
