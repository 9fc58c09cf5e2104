#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>

#include "jailctl/sdk/jail.hpp"
#include "netlink.hpp"

namespace jailctl::lifecycle {

/// The address every jail's default route goes by: the host's end of its veth has it, alone and with link scope.
inline constexpr std::string_view gateway_text = "169.254.0.1";

/// An IPv4 address in network order. @throws Error unsupported: the address is IPv6
[[nodiscard]] in_addr ipv4(const Address& address);
[[nodiscard]] in_addr ipv4(std::string_view text);
[[nodiscard]] std::string ipv4_text(in_addr address);

/// What the host's routing knows about one address, matched exactly.
struct RouteMatch {
    std::uint8_t type = 0;    ///< RTN_LOCAL: the host's own; RTN_BROADCAST; RTN_UNICAST
    std::uint8_t length = 0;  ///< of the prefix that matched; 32: a route to this address alone
    int interface = 0;
};
/// Nothing if no route leads to `address`.
[[nodiscard]] std::optional<RouteMatch> match_route(Netlink& netlink, in_addr address);
/// Index of the interface that has `address`, up or down; 0 if none does.
[[nodiscard]] int interface_with(Netlink& netlink, in_addr address);
/// First address of an interface, or nothing.
[[nodiscard]] std::optional<in_addr> first_address(Netlink& netlink, int interface);
[[nodiscard]] bool has_proxy_neighbour(Netlink& netlink, in_addr address, int interface);

/// `address`/32 on the interface. @param scope  RT_SCOPE_UNIVERSE or RT_SCOPE_LINK
void add_address(Netlink& netlink, int interface, in_addr address, std::uint8_t scope);
/// `address`/32 straight out of the interface. @throws Error exists: there is a route to it already
void add_host_route(Netlink& netlink, int interface, in_addr address);
void add_default_route(Netlink& netlink, int interface, in_addr gateway);
/// The host answers ARP for `address` on `interface` from now on.
void add_proxy_neighbour(Netlink& netlink, in_addr address, int interface);
/// One that is gone is success.
void delete_proxy_neighbour(Netlink& netlink, in_addr address, int interface);

}  // namespace jailctl::lifecycle
