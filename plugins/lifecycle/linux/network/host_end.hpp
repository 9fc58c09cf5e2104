#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/value.hpp"
#include "links.hpp"
#include "uplink.hpp"

namespace jailctl::lifecycle {

/// Held between making a link and marking it, when nobody may ask whose it is, and between making a route to an address
/// and what goes by whose route it is. Of the host, whatever the configuration; not to be taken twice.
[[nodiscard]] UniqueFd lock_marking();
/// Makes the veth pair, the peer as eth0 in the namespace `netns`, and marks the host's end as the jail's by
/// the alias of the record, which says whose jail of that name, and by alternative name. Both ends are down.
/// @return index of the host's end
int make_host_end(Netlink& netlink, const JailName& jail, const Value& record, int netns, std::uint32_t mtu);
/// What to do where a link of the jail's is there already.
[[nodiscard]] std::string link_is_there_hint(const JailName& jail);
/// Waits until the kernel uses a link that has its carrier, a second at most: it learns of a carrier by a work item of
/// its own, and until then what is sent there is lost and a bridge passes nothing on.
void await_carrier(Netlink& netlink, int index);
/// The jail's host end, as the record knows it or by its name; nothing if it is gone, or
/// something else has name or index.
[[nodiscard]] std::optional<Link> find_host_end(Netlink& netlink, const JailName& jail, const Value& record);
/// Takes down what a provider made of link and rules, and forgets that the jail uses the
/// uplink. What is gone is success.
void leave_host_end(Invocation& invocation, Netlink& netlink, const JailName& jail, const Value& record);

/// What leave() needs: provider, uplink and namespace, link and its alias, addresses.
[[nodiscard]] Value host_end_record(const Configuration& configuration, std::string_view provider, const Link& uplink,
                                    const JailName& jail, const std::vector<Address>& addresses);
[[nodiscard]] UplinkName uplink_of(const Value& record);

/// Within the jail's netns: `lo` up, ping for the jail's groups, IPv6 of eth0 on or off. @return eth0, which is down
/// @param inside  opened in that namespace
[[nodiscard]] Link prepare_inside(Invocation& invocation, Netlink& inside, const JailName& jail, bool ipv6);

}  // namespace jailctl::lifecycle
