#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/jail.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// What the host's end of the veth is: the only way out, or a port of a bridge with others on it.
enum class GuardPlace { router, bridge };

/// The rules on the host's end of a jail's veth: what comes out of the jail passes only with the jail's MAC address and
/// one of its addresses as sender, in IPv4, IPv6 and ARP; anything else, VLANs and other protocols included, is dropped
/// before the host looks at it (security.md 4). At a router neighbour discovery may also come from a link-local
/// address, which no route leads to. On a bridge the only link-local address is the one made of the MAC address,
/// neighbour discovery speaks of the jail's own addresses alone, and nothing passes that would configure others: DHCP
/// servers, router advertisements, redirects. The table has the name of the link.
///
/// Makes the guard, and anew whatever table of that name is there, RATE from the jail included; the link is there, and
/// better not up yet. @throws Error unsupported, io
void put_up_guard(const JailName& jail, const std::vector<Address>& addresses, GuardPlace place);
enum class GuardState {
    whole,
    missing,  ///< or without rules: a chain that somebody flushed lets nothing pass
    /// Rules that were added, taken or changed, a chain that does not drop the rest or sees another interface, or a
    /// table that sleeps: something else may pass.
    altered,
};
/// What the kernel has beside what put_up_guard() would write. @param index  of the link's host end
/// @throws Error io, denied
[[nodiscard]] GuardState guard_state(const JailName& jail, int index, const std::vector<Address>& addresses,
                                     GuardPlace place);
/// The rules of a chain of the guard's table, as the kernel tells them (nft_same.hpp). @throws Error io, denied
[[nodiscard]] std::vector<std::string> rules_of_chain(const std::string& link, const std::string& chain);
/// Deletes all tables of the jail, guard included; what is gone is success, and so is a kernel that has none at all.
/// @throws Error io, denied
void take_down_rules(const JailName& jail);

}  // namespace jailctl::lifecycle
