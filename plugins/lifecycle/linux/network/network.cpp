#include "network.hpp"

#include "interface.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

void check_network_setting(const std::string& value) {
    if (value == "routed" || value == "none" || value == host_network) return;
    if (value.starts_with("bridge:")) return check_interface_name(value.substr(7), "bridge:br0");
    throw Error(Errc::invalid, "'" + escape_name(value) + "' is no kind of network: routed, bridge:NAME, host or none");
}

void register_network_undoer(Registrar& host) {
    host.undoer("network.leave", [](Invocation& invocation, const Jail& jail, const Value& arguments) {
        invocation.services().get<Network>(arguments["provider"].str()).leave(invocation, jail, arguments["record"]);
    });
}

}  // namespace jailctl::lifecycle
