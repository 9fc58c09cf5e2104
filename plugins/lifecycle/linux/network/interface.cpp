#include "interface.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

bool is_routed(const Jail& jail) {
    const std::string& network = jail.settings["NETWORK"].text;
    return network.empty() || network == "routed";
}

void require_interface(const Jail& jail) {
    if (!is_routed(jail)) return;
    throw Error(Errc::config, "IF is not set, and " + jail.name.text() + " joins a network")
        .with_hint("name the interface, as IF=\"eth0\"; only jails with NETWORK=bridge:NAME, host or none do without");
}

/// The kernel takes names up to 15 bytes without '/' and blanks (dev_valid_name).
void check_interface_name(const std::string& name, const std::string& example) {
    const bool odd = name.find_first_of("/: \t\n") != std::string::npos || name == "." || name == "..";
    if (!odd && !name.empty() && name.size() <= 15) return;
    throw Error(Errc::invalid, "'" + escape_name(name) + "' is not the name of an interface")
        .with_hint("write one name of up to 15 bytes, as `ip link` shows it: " + example);
}

}  // namespace jailctl::lifecycle
