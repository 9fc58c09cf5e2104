#include "health.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/jail_health.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::upgrade {

namespace {

constexpr std::chrono::seconds stop_grace{10};

/// Where the last words of a copy are kept when it is stopped: jailctl(8), logs.
std::string where_its_words_are(const Upgrade& upgrade) {
    const auto kept = upgrade.in.configuration().path("STATE_DIR") / "console" / (upgrade.jail.name.key() + ".copy");
    return "what the copy said: cat " + shell_word(kept.string());
}

void require_healthy_copy(Upgrade& upgrade, int id) {
    try {
        require_healthy(upgrade.in, upgrade.jail, id);
    } catch (Error& error) {
        if (error.hint().empty() && error.code() != Errc::interrupted) error.with_hint(where_its_words_are(upgrade));
        throw;
    }
}

void prove(Upgrade& upgrade, int id, const std::filesystem::path& copy) {
    in_context("the upgraded copy of jail " + upgrade.jail.name.text() + " is not healthy",
               [&] { require_healthy_copy(upgrade, id); });
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
                               prove(upgrade, id, copy);
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
