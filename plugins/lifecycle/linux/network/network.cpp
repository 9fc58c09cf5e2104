#include "network.hpp"

namespace jailctl::lifecycle {

void register_network_undoer(Registrar& host) {
    host.undoer("network.leave", [](Invocation& invocation, const Jail& jail, const Value& arguments) {
        invocation.services().get<Network>(arguments["provider"].str()).leave(invocation, jail, arguments["record"]);
    });
}

}  // namespace jailctl::lifecycle
