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

namespace {

/// What did not come up in it is in nobody's way, but nobody would look for it either.
void warn_of_rc(Invocation& invocation, const std::string& name, int status) {
    if (status == 0) return;
    constexpr int last_signal = 64;  // what is more is a status like any other: 255 of what failed altogether
    const bool killed = status > 128 && status <= 128 + last_signal;
    const std::string how = killed ? "was ended by signal " + std::to_string(status - 128)
                                   : "ended with status " + std::to_string(status);
    invocation.console().warn(name + " runs, but its /etc/rc " + how + ": see 'jailctl logs " + name + "'");
}

}  // namespace

void listen_to_init(Invocation& invocation, const Jail& jail, int id, int told) {
    const std::string& name = jail.name.text();
    const std::chrono::seconds limit(parse_seconds(jail.settings["READY_TIMEOUT"].text));
    const auto shown = invocation.console().waiting("waiting for " + name + " to be ready");
    const Answer answer = wait_for_readiness(told, id, limit, [&] { shown->update(0); });
    switch (answer.heard) {
        case Heard::ready: return warn_of_rc(invocation, name, answer.rc_status);
        case Heard::ended: throw Error(Errc::failed, name + " ended before it was ready");
        case Heard::nothing: break;
    }
    invocation.omission("the wait for " + name + " to be ready: it runs, but its init is still starting after " +
                        human_seconds(static_cast<double>(limit.count())));
}

}  // namespace jailctl::lifecycle
