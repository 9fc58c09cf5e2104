#include "stop_ended.hpp"

#include <algorithm>

#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/supervision.hpp"
#include "not_running.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {
namespace {

Outcome nothing_to_stop(const Invocation& invocation, const Jail& jail) {
    const Error down = not_running(jail);
    if (invocation.all()) return Outcome::already(down.what());
    throw Error(down.code(), down.what());  // without the hint to start it
}

/// The command whose traces of a run the host has just undone or finished; empty: none.
std::string interrupted_run(const Jail& jail) {
    const auto& commands = recovered_commands(jail.name);
    // An upgrade starts a copy of the jail, at its end.
    const auto found = std::ranges::find_if(commands, [&jail](const std::string& command) {
        return command == "start" || command == "stop" ||
               (command == "upgrade" && has_undone(jail.name, "upgrade.stop"));
    });
    return found == commands.end() ? std::string{} : *found;
}

}  // namespace

Outcome stop_ended(Invocation& invocation, const Jail& jail, bool supervised) {
    const Configuration& configuration = invocation.configuration();
    Console& console = invocation.console();
    const std::string& name = jail.name.text();
    const Remains left = remains_of_a_run(configuration, jail.name);
    if (invocation.options().dry_run) {
        if (left == Remains::none) return nothing_to_stop(invocation, jail);
        console.line("would remove what is left of " + name +
                     (left == Remains::of_a_stop ? ", whose stop was interrupted" : ", which has ended by itself"));
        return Outcome::done();
    }
    take_from_supervisor(configuration, jail.name);
    invocation.services().get<JailRuntime>().stop(invocation, jail, std::chrono::seconds(0));
    if (supervised) return Outcome::done();
    const std::string interrupted = interrupted_run(jail);
    if (left == Remains::none && interrupted.empty()) return nothing_to_stop(invocation, jail);
    console.info(left == Remains::of_its_end ? name + " had ended by itself; what was left of it is removed"
                 : left == Remains::of_a_stop
                     ? name + " had been stopped by a command that was itself interrupted; what that left is removed"
                     : name + " does not run; what an interrupted " + interrupted + " left of it is removed");
    console.data("leftovers", true);
    return Outcome::done();
}

}  // namespace jailctl::lifecycle
