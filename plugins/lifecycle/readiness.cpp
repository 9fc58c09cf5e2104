#include "readiness.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {

void declare_readiness(Registrar& host) {
    host.declare({"READY_COMMAND",
                  "a shell command that succeeds in the jail once it can be used: start returns then",
                  "",
                  Scope::jail,
                  {}});
    host.declare({"READY_TIMEOUT",
                  "how long start waits for READY_COMMAND before it stops the jail again, and for an init "
                  "that tells when it is up",
                  "60s", Scope::jail, [](const std::string& value) {
                      if (parse_seconds(value) < 1) throw Error(Errc::invalid, "a second is the least");
                  }});
}

void listen_to_init(Invocation& invocation, const Jail& jail, int id, int told) {
    const std::string& name = jail.name.text();
    const std::chrono::seconds limit(parse_seconds(jail.settings["READY_TIMEOUT"].text));
    const auto shown = invocation.console().waiting("waiting for " + name + " to be ready");
    switch (wait_for_readiness(told, id, limit, [&] { shown->update(0); })) {
        case Heard::ready: return;
        case Heard::ended: throw Error(Errc::failed, name + " ended before it was ready");
        case Heard::nothing: break;
    }
    invocation.omission("the wait for " + name + " to be ready: it runs, but its init is still starting after " +
                        human_seconds(static_cast<double>(limit.count())));
}

}  // namespace jailctl::lifecycle
