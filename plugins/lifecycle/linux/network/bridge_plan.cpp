#include "bridge_plan.hpp"

#include <algorithm>

#include "addresses.hpp"
#include "jailctl/sdk/text.hpp"
#include "links.hpp"
#include "network_setting.hpp"
#include "preconditions.hpp"
#include "routes.hpp"

namespace jailctl::lifecycle {

namespace {

/// Whether the jail reaches `gateway` without another router.
bool is_reached(const Address& gateway, const std::vector<Address>& addresses) {
    return (gateway.family() == Address::Family::v6 && is_link_local(gateway)) ||
           std::ranges::any_of(addresses, [&](const Address& one) {
               return share_prefix(one, gateway, static_cast<unsigned>(one.prefix()));
           });
}

}  // namespace

std::optional<Error> unreached(const Jail& jail, const Address& gateway, const std::vector<Address>& addresses,
                               bool where) {
    const auto name =
        (where ? "GATEWAY (" + jail.settings["GATEWAY"].origin.text() + ") " : std::string{}) + gateway.text();
    if (std::ranges::find(addresses, gateway) != addresses.end())
        return Error(Errc::config, name + " is jail " + jail.name.text() + " itself");
    if (is_reached(gateway, addresses)) return std::nullopt;
    return Error(Errc::config, name + " is on no network of jail " + jail.name.text())
        .with_hint("name a router beside the jail, or write the length of its network after the address in JAILS");
}

Link bridge_named(Netlink& netlink, const std::string& name) {
    auto link = find_link(netlink, name);
    if (!link) {
        throw Error(Errc::not_found, "there is no bridge " + escape_name(name) + " on this host")
            .with_hint("make it ('ip link add " + shell_word(name) +
                       " type bridge', or in the host's network configuration); " +
                       "its interfaces are: " + all_link_names(netlink));
    }
    if (link->kind == "bridge") return *link;
    throw Error(Errc::config, link->name + " is no bridge" +
                                  (link->kind.empty() ? "" : " but of kind " + escape_name(link->kind)))
        .with_hint("name a bridge of the kernel, or let the jail be routed: NETWORK=routed with IF=" + link->name);
}

Link require_bridge(Netlink& netlink, const Jail& jail) {
    return in_context(jail.settings["NETWORK"].origin.text() + ": NETWORK",
                      [&] { return bridge_named(netlink, network_setting_of(jail).bridge); });
}

std::vector<Address> addresses_on_bridge(Netlink& netlink, const Jail& jail, const Link& bridge) {
    std::vector<Address> addresses;
    for (const auto& address : require_addresses(jail)) {
        const auto beside = own_address_beside(netlink, bridge.index, address);
        if (address.prefix() < 0 && !beside) {
            throw Error(Errc::config, "the network of address " + address.text() + " of jail " + jail.name.text() +
                                          " is not known: " + bridge.name + " has no address of it")
                .with_hint("write the length of its prefix in JAILS, such as " + address.text() +
                           (address.family() == Address::Family::v4 ? "/24" : "/64"));
        }
        auto one = address_with_prefix(address, address.prefix() >= 0 ? address.prefix() : beside->prefix());
        if (!is_host_of_network(one)) throw no_host_of_network(jail, one);
        addresses.push_back(std::move(one));
    }
    return addresses;
}

Gateways parse_gateways(std::string_view text) {
    Gateways gateways;
    const auto words = split_words(text);
    if (words.size() == 1 && words[0] == "none") gateways.none = true;
    if (gateways.none) return gateways;
    for (const auto& word : words) {
        auto one = Address::parse_bare(word);
        const auto same = [&](const Address& other) { return other.family() == one.family(); };
        if (std::ranges::any_of(gateways.addresses, same)) {
            throw Error(Errc::invalid, "two gateways of one family: one of IPv4, one of IPv6, or none");
        }
        gateways.addresses.push_back(std::move(one));
    }
    return gateways;
}

std::optional<Address> gateway_on_bridge(Netlink& netlink, const Jail& jail, const Link& bridge,
                                         const std::vector<Address>& addresses, Address::Family family) {
    const auto wanted = parse_gateways(jail.settings["GATEWAY"].text);
    if (wanted.none) return std::nullopt;
    for (const auto& gateway : wanted.addresses) {
        if (gateway.family() != family) continue;
        if (const auto error = unreached(jail, gateway, addresses, true)) throw *error;
        return gateway;
    }
    const auto hosts = default_gateway(netlink, bridge.index, family);
    if (hosts && is_reached(*hosts, addresses) && std::ranges::find(addresses, *hosts) == addresses.end()) return hosts;
    for (const auto& address : addresses) {
        if (address.family() != family) continue;
        const auto own = own_address_beside(netlink, bridge.index, address);
        if (own && is_reached(*own, addresses)) return own;
    }
    return std::nullopt;
}

}  // namespace jailctl::lifecycle
