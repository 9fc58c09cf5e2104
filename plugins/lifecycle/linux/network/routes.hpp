#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "jailctl/sdk/jail.hpp"
#include "netlink.hpp"

namespace jailctl::lifecycle {

/// The addresses every jail's default routes go by: the host's end of its veth has them, with link scope.
inline constexpr std::string_view gateway_text = "169.254.0.1", gateway6_text = "fe80::1";
[[nodiscard]] Address gateway_of(Address::Family family);

/// What the host's routing knows about one address, matched exactly.
struct RouteMatch {
    std::uint8_t type = 0;    ///< RTN_LOCAL: the host's own; RTN_BROADCAST; RTN_UNICAST
    std::uint8_t length = 0;  ///< of the prefix that matched
    bool exact = false;       ///< a route to this address alone: /32 or /128
    int interface = 0;
};
/// Nothing if no route leads to `address`.
[[nodiscard]] std::optional<RouteMatch> match_route(Netlink& netlink, const Address& address);
/// Index of the interface that a route to `address` alone leads to; 0: there is no such route, or it leads to `own`.
[[nodiscard]] int routed_elsewhere(Netlink& netlink, const Address& address, int own);
/// Index of the interface that has `address`, up or down; 0 if none does.
[[nodiscard]] int interface_with(Netlink& netlink, const Address& address);
/// Addresses of all interfaces of this namespace, each with the index of its interface.
[[nodiscard]] std::vector<std::pair<Address, int>> held_addresses(Netlink& netlink);
/// First address of an interface, of IPv6 none that is link-local, or nothing.
[[nodiscard]] std::optional<Address> first_address(Netlink& netlink, int interface,
                                                   Address::Family family = Address::Family::v4);
/// The interface's own address in whose network `address` is, with the length of the prefix; nothing if it is in none.
[[nodiscard]] std::optional<Address> own_address_beside(Netlink& netlink, int interface, const Address& address);
/// Whether two addresses of one family agree in their first `prefix` bits.
[[nodiscard]] bool share_prefix(const Address& a, const Address& b, unsigned prefix);
/// Whether `address` is within the network of one of the interface's own addresses.
[[nodiscard]] bool is_on_network_of(Netlink& netlink, int interface, const Address& address);
[[nodiscard]] bool has_proxy_neighbour(Netlink& netlink, const Address& address, int interface);

/// `address` on the interface; of IPv6 without duplicate address detection, which the caller does.
/// @param scope  RT_SCOPE_UNIVERSE or RT_SCOPE_LINK
/// @param prefix  its length; -1: the address alone, /32 or /128
void add_address(Netlink& netlink, int interface, const Address& address, std::uint8_t scope, int prefix = -1);
/// `address`/32 or /128 straight out of the interface. @throws Error exists: there is a route to it already
void add_host_route(Netlink& netlink, int interface, const Address& address);
/// The gateway of the default route out of `interface`, if there is one.
[[nodiscard]] std::optional<Address> default_gateway(Netlink& netlink, int interface, Address::Family family);
void add_default_route(Netlink& netlink, int interface, const Address& gateway);
/// The host answers ARP or neighbour discovery for `address` on `interface` from now on.
void add_proxy_neighbour(Netlink& netlink, const Address& address, int interface);
/// One that is gone is success.
void delete_proxy_neighbour(Netlink& netlink, const Address& address, int interface);

}  // namespace jailctl::lifecycle
