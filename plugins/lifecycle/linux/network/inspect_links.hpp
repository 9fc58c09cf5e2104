#pragma once

#include "jailctl/sdk/inspection.hpp"

/// Interfaces that jails.conf names and this host does not have: a start of a jail that joins one is refused.
namespace jailctl::lifecycle {

void inspect_uplink(Inspection& inspection);
void inspect_network_setting(Inspection& inspection);
void inspect_gateway(Inspection& inspection);

}  // namespace jailctl::lifecycle
