#pragma once

#include <string>

#include "jailctl/sdk/jail.hpp"

namespace jailctl::lifecycle {

/// What NETWORK says of a jail.
struct NetworkSetting {
    std::string kind;    ///< name of the provider: "routed" (where nothing is said, too), "bridge", "host", "none"
    std::string bridge;  ///< of kind bridge: its name
};
[[nodiscard]] NetworkSetting network_setting_of(const Jail& jail);
/// The check of variable NETWORK. @throws Error invalid: no kind of network, and those there are
void check_network_setting(const std::string& value);

/// Whether the jail's addresses are reached through IF.
[[nodiscard]] bool is_routed(const Jail& jail);
/// @throws Error config: the jail is routed; asked where IF is not set
void require_interface(const Jail& jail);

/// @param example  where such a name is written: "IF=eth0" @throws Error invalid: no name of an interface
void check_interface_name(const std::string& name, const std::string& example);

}  // namespace jailctl::lifecycle
