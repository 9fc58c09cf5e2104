#pragma once

#include <vector>

#include "jailctl/sdk/host.hpp"
#include "links.hpp"

/// What has to hold before a jail joins a network.
namespace jailctl::lifecycle {

/// The jail's addresses. @throws Error config: none
[[nodiscard]] const std::vector<Address>& require_addresses(const Jail& jail);
/// That addresses of IPv6 can be routed from the uplink to a jail without making a router of the whole host: kernels
/// before 6.17 have no switch for single interfaces. @throws Error unsupported
void require_ipv6(const Link& uplink);
/// @throws Error not_found: no interface of this name, with those there are
[[nodiscard]] Link uplink_named(Netlink& netlink, const std::string& name);
/// The interface IF names. @throws Error config: IF is not set; not_found, with the line that sets it
[[nodiscard]] Link require_uplink(Netlink& netlink, const Jail& jail);
/// That no route to `address` alone leads elsewhere than to the link `own`. @throws Error exists: names what has it
void require_no_other_route(Netlink& netlink, const Address& address, int own);
/// @throws Error exists: the host itself has it
void require_not_of_host(Netlink& netlink, const Address& address);
/// For NETWORK=host. @throws Error config: the host does not have it
void require_of_host(Netlink& netlink, const Jail& jail, const Address& address);
/// What the jail itself left when its init ended without jailctl is no obstacle: start takes it down before it joins.
/// @throws Error exists: the host, another jail or a machine on the uplink's network has one of the addresses
void require_free(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink,
                  const std::vector<Address>& addresses);

}  // namespace jailctl::lifecycle
