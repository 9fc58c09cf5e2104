#pragma once

#include <netinet/in.h>

#include <vector>

#include "jailctl/sdk/host.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// The jail's addresses. @throws Error config: none; unsupported: one is IPv6
[[nodiscard]] std::vector<in_addr> ipv4_addresses(const Jail& jail);
/// The interface IF names. @throws Error config: IF is not set; not_found: no such interface, with those there are
[[nodiscard]] Link require_uplink(Netlink& netlink, const Jail& jail);
/// What the jail itself left when its init ended without jailctl is no obstacle: start takes it down before it joins.
/// @throws Error exists: the host, another jail or a machine on the uplink's network has one of the addresses
void require_free(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink,
                  const std::vector<in_addr>& addresses);

}  // namespace jailctl::lifecycle
