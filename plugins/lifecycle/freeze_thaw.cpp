#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "not_running.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {
namespace {

/// @param frozen  the state that is wanted
Outcome change(Invocation& invocation, const Jail& jail, bool frozen) {
    auto& runtime = invocation.services().get<JailRuntime>();
    const auto running = runtime.find(invocation.configuration(), jail.name);
    if (!running) throw not_running(jail);
    if (running->problem.empty() && running->frozen == frozen)
        return Outcome::already(jail.name.text() + (frozen ? " is already frozen" : " is not frozen"));
    if (invocation.options().dry_run) {
        require_up(invocation.configuration(), jail);
        invocation.console().line("would " + std::string(frozen ? "freeze " : "thaw ") + jail.name.text());
        return Outcome::done();
    }
    if (frozen) runtime.freeze(invocation, jail);
    else runtime.thaw(invocation, jail);
    invocation.console().info(jail.name.text() + (frozen ? " is frozen" : " runs again"));
    return Outcome::done();
}

Command command(const char* name, const char* summary, bool frozen) {
    Command made;
    made.name = name;
    made.summary = summary;
    made.words = "JAIL|all...";
    made.targets = Targets::several;
    made.effect = Effect::changes;
    made.despite_mistakes = !frozen;  // what its own file says has no part in it
    made.run_jail = [frozen](Invocation& invocation, const Jail& jail) { return change(invocation, jail, frozen); };
    return made;
}

}  // namespace

void add_freeze_and_thaw(Registrar& host) {
    host.add(command("freeze", "pause all processes of jails", true));
    host.add(command("thaw", "let frozen jails run again", false));
}

}  // namespace jailctl::lifecycle
