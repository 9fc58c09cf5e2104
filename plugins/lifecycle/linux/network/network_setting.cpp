#include "network_setting.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "network.hpp"

namespace jailctl::lifecycle {

NetworkSetting network_setting_of(const Jail& jail) {
    const std::string& text = jail.settings["NETWORK"].text;
    const auto colon = text.find(':');
    if (colon != std::string::npos) return {text.substr(0, colon), text.substr(colon + 1)};
    return {text.empty() ? "routed" : text, {}};
}

void check_network_setting(const std::string& value) {
    if (value == "routed" || value == "none" || value == host_network) return;
    if (value.starts_with("bridge:")) return check_interface_name(value.substr(7), "bridge:br0");
    throw Error(Errc::invalid, "'" + escape_name(value) + "' is no kind of network: routed, bridge:NAME, host or none");
}

bool is_routed(const Jail& jail) { return network_setting_of(jail).kind == "routed"; }

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
