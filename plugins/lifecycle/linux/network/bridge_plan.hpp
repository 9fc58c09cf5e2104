#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// @throws Error not_found: no such interface; config: it is no bridge
[[nodiscard]] Link bridge_named(Netlink& netlink, const std::string& name);
/// The bridge NETWORK=bridge:NAME names. @throws Error as bridge_named, with the line that says so
[[nodiscard]] Link require_bridge(Netlink& netlink, const Jail& jail);
/// The jail's addresses with the length of their prefix: as JAILS has it, else that of the
/// bridge's own network they are in.
/// @throws Error config: no length is known, or the address is that of the network or its broadcast
[[nodiscard]] std::vector<Address> addresses_on_bridge(Netlink& netlink, const Jail& jail, const Link& bridge);

/// What GATEWAY says: at most one address per family, or the word none. @throws Error invalid
struct Gateways {
    bool none = false;
    std::vector<Address> addresses;
};
[[nodiscard]] Gateways parse_gateways(std::string_view text);
/// Why no jail with those addresses can have that router. @param where  the sentence begins with GATEWAY and its line
[[nodiscard]] std::optional<Error> unreached(const Jail& jail, const Address& gateway,
                                             const std::vector<Address>& addresses, bool where);
/// Where the default route of `family` leads: GATEWAY; else the router the host itself uses on the bridge, else the
/// host, if they are on a network of the jail's. Nothing: there is none.
/// @throws Error config: GATEWAY is on no network of the jail's, or is the jail itself
[[nodiscard]] std::optional<Address> gateway_on_bridge(Netlink& netlink, const Jail& jail, const Link& bridge,
                                                       const std::vector<Address>& addresses, Address::Family family);

}  // namespace jailctl::lifecycle
