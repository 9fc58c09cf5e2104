#include "preconditions.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>

#include "addresses.hpp"
#include "network_setting.hpp"
#include "host_end.hpp"
#include "jailctl/sdk/text.hpp"
#include "probe.hpp"
#include "routes.hpp"
#include "sysctl.hpp"
#include "uplink.hpp"

namespace jailctl::lifecycle {

namespace {

/// @param own  index of the jail's own link from before; 0: gone @param noted  the jail is known not to be taken down
void require_unused_here(Netlink& netlink, const Link& uplink, const Address& address, int own, bool noted) {
    const auto text = address.text();
    require_not_of_host(netlink, address);
    const auto match = match_route(netlink, address);
    if (match && match->type == RTN_BROADCAST) {
        throw Error(Errc::config, "address " + text + " is a broadcast address of " +
                                      described(netlink, match->interface));
    }
    if (const auto beside = own_address_beside(netlink, uplink.index, address);
        beside && !is_host_of_network(address_with_prefix(address, beside->prefix())))
        throw Error(Errc::config, "address " + text + " is that of the network of " + uplink.name + ", not of a host");
    require_no_other_route(netlink, address, own);
    if (!noted && has_proxy_neighbour(netlink, address, uplink.index)) {
        throw Error(Errc::exists, "the host answers for address " + text + " on " + uplink.name + " already")
            .with_hint("'ip neigh del proxy " + text + " dev " + shell_word(uplink.name) +
                       "' removes the entry if nothing needs it");
    }
}

}  // namespace

void require_not_of_host(Netlink& netlink, const Address& address) {
    const int holder = interface_with(netlink, address);
    if (holder == 0) return;
    throw Error(Errc::exists,
                "address " + address.text() + " belongs to the host: it is on " + described(netlink, holder))
        .with_hint("give the jail an address of its own in JAILS, or take this one off the host");
}

void require_of_host(Netlink& netlink, const Jail& jail, const Address& address) {
    const auto match = match_route(netlink, address);
    if (match && match->type == RTN_LOCAL) return;
    throw Error(Errc::config, "address " + address.text() + " of jail " + jail.name.text() +
                                  " is none of the host's, and with NETWORK=host a jail has those of the host")
        .with_hint("write an address of the host in JAILS (127.0.0.2 is one), "
                   "or let the jail have its own: NETWORK=routed");
}

void require_no_other_route(Netlink& netlink, const Address& address, int own) {
    const int other = routed_elsewhere(netlink, address, own);
    if (other == 0) return;
    throw Error(Errc::exists, "address " + address.text() + " is routed to " + described(netlink, other) + " already")
        .with_hint("another jail, perhaps of another configuration, has it: 'ip route get " + address.text() +
                   "' shows where");
}

const std::vector<Address>& require_addresses(const Jail& jail) {
    if (jail.addresses.empty()) {
        throw Error(Errc::config,
                    "jail " + jail.name.text() + " has no address (NETWORK=" + jail.settings["NETWORK"].text + ")");
    }
    return jail.addresses;
}

void require_ipv6(const Link& uplink) {
    const auto disabled = read_sysctl("ipv6/conf/" + uplink.name + "/disable_ipv6");
    if (disabled != "0") {
        throw Error(Errc::unsupported, disabled ? "IPv6 is switched off on " + uplink.name + " (disable_ipv6)"
                                                : "this host's kernel has no IPv6 on " + uplink.name)
            .with_hint("give the jail IPv4 addresses only, or switch IPv6 on");
    }
    const bool forwards = read_sysctl("ipv6/conf/" + uplink.name + "/force_forwarding").has_value();
    if (forwards || read_sysctl("ipv6/conf/all/forwarding") != "0") return;
    throw Error(Errc::unsupported,
                "this kernel (before 6.17) forwards IPv6 only as a router in all, which this host is not")
        .with_hint(
            "set net.ipv6.conf.all.forwarding=1, and accept_ra=2 on interfaces that learn their routes from others");
}

Link uplink_named(Netlink& netlink, const std::string& name) {
    if (auto link = find_link(netlink, name)) return *link;
    throw Error(Errc::not_found, "there is no network interface " + escape_name(name))
        .with_hint("the interfaces of this host are: " + all_link_names(netlink));
}

Link require_uplink(Netlink& netlink, const Jail& jail) {
    const auto& setting = jail.settings["IF"];
    if (setting.text.empty()) require_interface(jail);
    return in_context(setting.origin.text() + ": IF", [&] { return uplink_named(netlink, setting.text); });
}

void require_free(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink,
                  const std::vector<Address>& addresses) {
    const auto pair = veth_of(jail.name);
    const auto own = find_link(netlink, pair.host_name);
    const bool noted = is_noted(configuration, jail.name);
    if (own && !noted) {
        throw Error(Errc::exists, "network interface " + pair.host_name + " of a jail named " + jail.name.text() +
                                      " is there already")
            .with_hint(link_is_there_hint(jail.name));
    }
    for (const auto& address : addresses) require_unused_here(netlink, uplink, address, own ? own->index : 0, noted);
    if (!can_probe(uplink)) return;
    const std::string mac(pair.jail_mac.begin(), pair.jail_mac.end());
    if (const auto answer = probe(uplink, first_address(netlink, uplink.index), addresses, {mac})) {
        throw Error(Errc::exists, "address " + answer->address.text() + " is in use by " + mac_text(answer->mac) +
                                      " on the network of " + uplink.name)
            .with_hint("give the jail another address in JAILS, or take this one off that machine");
    }
}

}  // namespace jailctl::lifecycle
