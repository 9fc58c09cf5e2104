#pragma once

#include <string>

#include "jailctl/sdk/jail.hpp"

/// What jails.conf says of interfaces, in one place: which jails need IF, and what a name may be.
namespace jailctl::lifecycle {

/// Whether the jail's addresses are reached through IF.
[[nodiscard]] bool is_routed(const Jail& jail);
/// @throws Error config: the jail is routed; asked where IF is not set
void require_interface(const Jail& jail);

/// @param example  where such a name is written: "IF=eth0" @throws Error invalid: no name of an interface
void check_interface_name(const std::string& name, const std::string& example);

}  // namespace jailctl::lifecycle
