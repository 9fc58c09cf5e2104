#include <linux/rtnetlink.h>
#include <net/if.h>

#include "addresses.hpp"
#include "contradictions.hpp"
#include "nft_query.hpp"
#include "forward.hpp"
#include "guard.hpp"
#include "host_end.hpp"
#include "host_ports.hpp"
#include "network.hpp"
#include "preconditions.hpp"
#include "probe.hpp"
#include "rate.hpp"
#include "routes.hpp"
#include "netns.hpp"
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

int make_router(Invocation& invocation, Netlink& netlink, const Jail& jail, const Value& record, int netns,
                std::uint32_t mtu) {
    const int index = make_host_end(netlink, jail.name, record, netns, mtu);
    const auto name = veth_of(jail.name).host_name;
    harden(invocation, name, has_ipv6(jail.addresses));
    put_up_guard(jail.name, jail.addresses, GuardPlace::router);  // before the link is up: no packet passes unguarded
    for (const auto family : families_of(jail.addresses))
        add_address(netlink, index, gateway_of(family), RT_SCOPE_LINK);
    limit_from_birth(netlink, jail, index);
    set_up(netlink, index, name);
    return index;
}

void configure_inside(Invocation& invocation, const Jail& jail, int netns, const std::vector<Address>& addresses) {
    const InsideNetns inside(netns);
    Netlink netlink(NETLINK_ROUTE);
    const auto link = prepare_inside(invocation, netlink, jail.name, has_ipv6(addresses));
    for (const auto& address : addresses) add_address(netlink, link.index, address, RT_SCOPE_UNIVERSE);
    set_up(netlink, link.index, link.name);
    for (const auto family : families_of(addresses)) {
        if (family == Address::Family::v4) add_host_route(netlink, link.index, gateway_of(family));
        add_default_route(netlink, link.index, gateway_of(family));
    }
    await_carrier(netlink, link.index);
}

/// From here on packets for the jail find it.
void publish(Netlink& netlink, const Link& uplink, int link, const std::vector<Address>& addresses) {
    await_carrier(netlink, link);
    for (const auto& address : addresses) {
        const UniqueFd marking = lock_marking();
        require_no_other_route(netlink, address, link);  // check() asked before another start may have made it
        add_host_route(netlink, link, address);
        add_proxy_neighbour(netlink, address, uplink.index);
    }
    if (can_probe(uplink)) announce(uplink, addresses, true);
}

/// A proxy neighbour does not say whose it is, the route to its address does: of two configurations that start jails
/// with the same address, the one that comes later leaves that of the other.
void unpublish(Netlink& netlink, const Jail& jail, const Value& record) {
    const auto own = find_host_end(netlink, jail.name, record);
    for (const auto& text : record["addresses"].items()) {
        const auto address = Address::parse_bare(text.str());
        const UniqueFd marking = lock_marking();
        if (routed_elsewhere(netlink, address, own ? own->index : 0) == 0)
            delete_proxy_neighbour(netlink, address, uplink_of(record).index);
    }
}

/// For a record that was lost: what join() would note of the jail as it is configured now, or at least where we are.
Value as_configured(const Configuration& configuration, Netlink& netlink, const Jail& jail) {
    try {
        return host_end_record(configuration, "routed", require_uplink(netlink, jail), jail.name,
                               require_addresses(jail));
    } catch (const Error&) {  // the entry of the jail is another one now
        return Value::object().set("stack", this_netns());
    }
}

class RoutedNetwork final : public Network {
public:
    std::vector<std::string> check(const Configuration& configuration, const Jail& jail) override {
        require_no_contradiction(jail, "routed");
        require_no_odd_address(jail, "routed");
        require_nftables();
        const auto& addresses = require_addresses(jail);
        Netlink netlink(NETLINK_ROUTE);
        const auto uplink = require_uplink(netlink, jail);
        require_free_ports(configuration, netlink, jail, uplink);
        if (has_ipv6(addresses)) require_ipv6(uplink);
        require_free(configuration, netlink, jail, uplink, addresses);
        if ((uplink.flags & IFF_UP) != 0) return {};
        return {"interface " + uplink.name + " is down: only this host reaches " + jail.name.text()};
    }

    /// One undo serves all steps: leave() finds by name what there is, so it is journalled before the first.
    Value join(Invocation& invocation, Operation& operation, const Jail& jail, int netns) override {
        const auto& addresses = require_addresses(jail);
        Netlink netlink(NETLINK_ROUTE);
        const auto uplink = require_uplink(netlink, jail);
        auto record = host_end_record(invocation.configuration(), "routed", uplink, jail.name, addresses);
        const auto name = record["link"].str();
        int link = 0;
        operation.step("set forwarding and neighbour proxying of " + uplink.name,
                       {"network.leave", Value::object().set("provider", "routed").set("record", record)},
                       [&] {
                           take_uplink(invocation, jail.name, uplink_of(record),
                                       settings_to_route(uplink.name, has_ipv6(addresses)));
                       });
        operation.step("make network interface " + name + " and eth0 in the jail",
                       [&] { link = make_router(invocation, netlink, jail, record, netns, uplink.mtu); });
        operation.step("give eth0 its addresses and a default route by the host",
                       [&] { configure_inside(invocation, jail, netns, addresses); });
        operation.step("route the addresses to " + name + " and answer for them on " + uplink.name, [&] {
            put_up_translation(invocation, netlink, jail, uplink);
            publish(netlink, uplink, link, addresses);
            hint_at_firewall(invocation, jail, uplink);
        });
        return record.set("link_index", link);
    }

    void leave(Invocation& invocation, const Jail& jail, const Value& noted) override {
        Netlink netlink(NETLINK_ROUTE);
        const Value record = noted["stack"].is_int() ? noted : as_configured(invocation.configuration(), netlink, jail);
        if (uplink_of(record).netns == this_netns()) unpublish(netlink, jail, record);
        leave_host_end(invocation, netlink, jail.name, record);
    }

private:
    static void hint_at_firewall(Invocation& invocation, const Jail& jail, const Link& uplink) {
        const auto chain = dropping_forward_chain();
        if (chain.empty()) return;
        invocation.console().warn("the host's firewall (" + chain +
                                  ") drops what is forwarded unless a rule accepts it: " + jail.name.text() +
                                  " needs one for " + veth_of(jail.name).host_name + " and " + uplink.name);
    }
};

}  // namespace

std::unique_ptr<Network> make_routed_network() {
    return std::make_unique<RoutedNetwork>();
}

}  // namespace jailctl::lifecycle
