#pragma once

#include <optional>
#include <string>
#include <vector>

#include "links.hpp"

namespace jailctl::lifecycle {

/// Who answered for an address.
struct ProbeAnswer {
    Address address;
    std::string mac;  ///< raw bytes
};

/// Whether asking makes sense: an Ethernet-like interface that is up and has its carrier.
[[nodiscard]] bool can_probe(const Link& link);

/// Asks the network of `link` who has the addresses, of IPv4 by ARP: three requests within 60 ms, answers until 100 ms,
/// the first answer ends it. RFC 5227 waits some seconds; a machine that is on the same wire and awake answers within a
/// millisecond, and every start on a real network pays for the wait, so this is a guard against mistakes and no proof.
/// @param source  an address of `link`, as which we ask: proxies do not answer the sender 0.0.0.0 of RFC 5227
/// @param own  MAC addresses (raw bytes) whose answers do not count: of jails that are on that network themselves
/// @param addresses  those of IPv6 are asked for by neighbour solicitations from `::`, as
/// duplicate address detection does
[[nodiscard]] std::optional<ProbeAnswer> probe(const Link& link, const std::optional<Address>& source,
                                               const std::vector<Address>& addresses,
                                               const std::vector<std::string>& own = {});
/// Tells the network of `link` that the addresses are here now, so that neighbours drop what they remember.
/// @param router  whether `link` forwards for them (RFC 4861, 7.2.4)
void announce(const Link& link, const std::vector<Address>& addresses, bool router);

}  // namespace jailctl::lifecycle
