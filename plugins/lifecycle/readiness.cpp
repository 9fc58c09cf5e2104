#include "readiness.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

void declare_readiness(Registrar& host) {
    host.declare({"READY_COMMAND", "a shell command that succeeds in the jail once it can be used: start returns then", "",
                  Scope::jail, {}});
    host.declare({"READY_TIMEOUT", "how long start waits for READY_COMMAND before it stops the jail again", "60s", Scope::jail,
                  [](const std::string& value) {
                      if (parse_seconds(value) < 1) throw Error(Errc::invalid, "a second is the least");
                  }});
}

}  // namespace jailctl::lifecycle
