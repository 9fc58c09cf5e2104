#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>

#include "arp.hpp"
#include "check.hpp"
#include "firewall.hpp"
#include "forward.hpp"
#include "guard.hpp"
#include "loopback.hpp"
#include "network.hpp"
#include "routes.hpp"
#include "stack.hpp"
#include "sysctl.hpp"
#include "uplink.hpp"

namespace jailctl::lifecycle {

namespace {

/// IPv6 on the host's end only for jails that have it: link-local addresses would be a second way to the host. It makes
/// itself none but the gateway's, learns nothing from the jail, and routes.
void harden_ipv6(const std::string& link, bool ipv6) {
    const auto settings = "ipv6/conf/" + link + "/";
    if (!ipv6) return (void)write_sysctl_if_there(settings + "disable_ipv6", "1");
    for (const std::string off : {"accept_ra", "autoconf", "accept_dad", "accept_redirects", "disable_ipv6"}) {
        write_sysctl(settings + off, "0");
    }
    write_sysctl(settings + "addr_gen_mode", "1");
    write_sysctl(settings + "forwarding", "1");
    (void)write_sysctl_if_there(settings + "force_forwarding", "1");
}

/// Settings of the host's end: it routes, believes no source but the jail's addresses and takes no redirects.
void harden(Invocation& invocation, const std::string& link, bool ipv6) {
    write_sysctl("ipv4/conf/" + link + "/forwarding", "1");
    write_sysctl("ipv4/conf/" + link + "/rp_filter", "1");
    write_sysctl("ipv4/conf/" + link + "/accept_redirects", "0");
    harden_ipv6(link, ipv6);
    if (read_sysctl("ipv4/conf/all/rp_filter") == "2") {  // the kernel takes the larger of the two, and 2 is the looser
        invocation.console().verbose("net.ipv4.conf.all.rp_filter=2 loosens the check of source addresses on " + link);
    }
}

std::vector<Address::Family> families_of(const std::vector<Address>& addresses) {
    std::vector<Address::Family> families;
    for (const auto& address : addresses) {
        if (std::ranges::find(families, address.family()) == families.end()) families.push_back(address.family());
    }
    return families;
}

int make_host_end(Invocation& invocation, Netlink& netlink, const Jail& jail, int stack, std::uint32_t mtu) {
    const auto pair = veth_of(jail.name);
    const int index = make_veth(netlink, pair, stack, mtu);
    set_alias(netlink, index, jail.name.text());
    try_alternative_name(netlink, index, jail.name.text());
    const bool ipv6 = has_ipv6(jail.addresses);
    harden(invocation, pair.host_name, ipv6);
    put_up_guard(jail.name, jail.addresses);  // before the link is up: no packet passes unguarded
    for (const auto family : families_of(jail.addresses)) add_address(netlink, index, gateway_of(family), RT_SCOPE_LINK);
    set_up(netlink, index, pair.host_name);
    return index;
}

void configure_inside(Invocation& invocation, const Jail& jail, int stack, const std::vector<Address>& addresses) {
    const InsideStack inside(stack);
    Netlink netlink(NETLINK_ROUTE);
    bring_loopback_up(netlink);
    const bool ipv6 = has_ipv6(addresses);
    (void)write_sysctl_if_there("ipv6/conf/eth0/disable_ipv6", ipv6 ? "0" : "1");
    for (const std::string off : {"accept_ra", "autoconf", "accept_dad"}) {  // check() has asked; the link is ours alone
        if (ipv6) write_sysctl("ipv6/conf/eth0/" + off, "0");
    }
    const auto link = find_link(netlink, "eth0");
    if (!link) throw Error(Errc::io, "interface eth0 is not in the jail's network namespace");
    for (const auto& address : addresses) add_address(netlink, link->index, address, RT_SCOPE_UNIVERSE);
    set_up(netlink, link->index, link->name);
    for (const auto family : families_of(addresses)) {
        if (family == Address::Family::v4) add_host_route(netlink, link->index, gateway_of(family));
        add_default_route(netlink, link->index, gateway_of(family));
    }
    permit_ping(invocation.configuration(), jail.name);
}

/// From here on packets for the jail find it.
void publish(Netlink& netlink, const Link& uplink, int link, const std::vector<Address>& addresses) {
    for (const auto& address : addresses) {
        add_host_route(netlink, link, address);
        add_proxy_neighbour(netlink, address, uplink.index);
    }
    if (can_probe(uplink)) announce(uplink, addresses);
}

/// Ours, and not something that got the name or the index since: marked with the jail's name or, when we died between
/// making and marking it, with the address nobody else would choose.
bool is_host_end_of(const Link& link, const Jail& jail) {
    const auto pair = veth_of(jail.name);
    if (link.name != pair.host_name || link.kind != "veth") return false;
    const std::string mac(pair.host_mac.begin(), pair.host_mac.end());
    return link.alias.empty() ? link.mac == mac : link.alias == jail.name.text();
}

void delete_host_end(Netlink& netlink, const Jail& jail, const Value& record) {
    auto link = find_link(netlink, static_cast<int>(record["link_index"].num()));
    if (!link || !is_host_end_of(*link, jail)) link = find_link(netlink, veth_of(jail.name).host_name);
    if (link && is_host_end_of(*link, jail)) delete_link(netlink, link->index, link->name);
}

/// An address as the record has it: of IPv6 without the brackets of jails.conf.
Address recorded(const std::string& text) {
    return Address::parse(text.find(':') == std::string::npos ? text : "[" + text + "]");
}

UplinkName uplink_of(const Value& record) {
    return {static_cast<std::uint64_t>(record["stack"].num()), record["interface"].str(),
            static_cast<int>(record["interface_index"].num())};
}

Value record_of(const Link& uplink, const Jail& jail, const std::vector<Address>& addresses) {
    auto texts = Value::array();
    for (const auto& address : addresses) texts.push(address.text());
    return Value::object()
        .set("provider", "routed")
        .set("stack", this_stack())
        .set("interface", uplink.name)
        .set("interface_index", uplink.index)
        .set("link", veth_of(jail.name).host_name)
        .set("addresses", std::move(texts));
}

/// For a record that was lost: what join() would note of the jail as it is configured now, or at least where we are.
Value as_configured(Netlink& netlink, const Jail& jail) {
    try {
        return record_of(require_uplink(netlink, jail), jail, addresses_to_route(jail));
    } catch (const Error&) {  // the entry of the jail is another one now
        return Value::object().set("stack", this_stack());
    }
}

class RoutedNetwork final : public Network {
public:
    void check(Invocation& invocation, const Jail& jail) override {
        const auto& addresses = addresses_to_route(jail);
        Netlink netlink(NETLINK_ROUTE);
        const auto uplink = require_uplink(netlink, jail);
        require_free_ports(invocation.configuration(), netlink, jail, uplink);
        require_free(invocation.configuration(), netlink, jail, uplink, addresses);
        if (!(uplink.flags & IFF_UP)) {
            invocation.console().warn("interface " + uplink.name + " is down: only this host reaches " + jail.name.text());
        }
    }

    /// One undo serves all steps: leave() finds by name what there is, so it is journalled before the first.
    Value join(Invocation& invocation, Operation& operation, const Jail& jail, int stack) override {
        const auto& addresses = addresses_to_route(jail);
        Netlink netlink(NETLINK_ROUTE);
        const auto uplink = require_uplink(netlink, jail);
        auto record = record_of(uplink, jail, addresses);
        const auto name = record["link"].str();
        int link = 0;
        operation.step("set forwarding and neighbour proxying of " + uplink.name,
                       {"network.leave", Value::object().set("provider", "routed").set("record", record)},
                       [&] { take_uplink(invocation, jail.name, uplink_of(record), has_ipv6(addresses)); });
        operation.step("make network interface " + name + " and eth0 in the jail",
                       [&] { link = make_host_end(invocation, netlink, jail, stack, uplink.mtu); });
        operation.step("give eth0 its addresses and a default route by the host",
                       [&] { configure_inside(invocation, jail, stack, addresses); });
        operation.step("route the addresses to " + name + " and answer for them on " + uplink.name, [&] {
            put_up_translation(invocation, netlink, jail, uplink);
            publish(netlink, uplink, link, addresses);
            hint_at_firewall(invocation, jail, uplink);
        });
        return record.set("link_index", link);
    }

    void leave(Invocation& invocation, const Jail& jail, const Value& noted) override {
        Netlink netlink(NETLINK_ROUTE);
        const Value record = noted["stack"].is_int() ? noted : as_configured(netlink, jail);
        const auto uplink = uplink_of(record);
        const bool here = uplink.stack == this_stack();
        if (here) {
            for (const auto& address : record["addresses"].items()) {
                delete_proxy_neighbour(netlink, recorded(address.str()), uplink.index);
            }
            delete_host_end(netlink, jail, record);
            take_down_rules(jail.name);
        } else {
            invocation.console().warn("jail " + jail.name.text() + " was started in another network namespace: the " +
                                      "settings of " + uplink.interface + " there are not put back");
        }
        release_uplink(invocation, jail.name, uplink, here);
    }

private:
    static void hint_at_firewall(Invocation& invocation, const Jail& jail, const Link& uplink) {
        const auto chain = dropping_forward_chain();
        if (chain.empty()) return;
        invocation.console().warn("the host's firewall (" + chain + ") drops what is forwarded unless a rule accepts it: " +
                                  jail.name.text() + " needs one for " + veth_of(jail.name).host_name + " and " +
                                  uplink.name);
    }
};

}  // namespace

std::unique_ptr<Network> make_routed_network() {
    return std::make_unique<RoutedNetwork>();
}

}  // namespace jailctl::lifecycle
