#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>

#include "addresses.hpp"
#include "bridge_plan.hpp"
#include "contradictions.hpp"
#include "nft_query.hpp"
#include "forward.hpp"
#include "guard.hpp"
#include "host_end.hpp"
#include "network.hpp"
#include "preconditions.hpp"
#include "probe.hpp"
#include "rate.hpp"
#include "routes.hpp"
#include "netns.hpp"
#include "sysctl.hpp"

namespace jailctl::lifecycle {

namespace {

/// A bridge without an address of its own choice takes the lowest of its ports: it would change with the jails that
/// come and go, and everybody beside it would look for the host in the wrong place. Where our port would be the lowest,
/// the bridge keeps the one it has.
void keep_mac(Netlink& netlink, const Link& bridge, const VethPair& pair) {
    const std::string ours(pair.host_mac.begin(), pair.host_mac.end());
    if (bridge.mac.find_first_not_of('\0') == std::string::npos) return;  // it never had one, or lost its last port
    const auto ports = ports_of(netlink, bridge.index);
    if (std::ranges::none_of(ports, [&](const Link& port) { return port.mac < ours; }))
        set_mac(netlink, bridge, bridge.mac);
}

int make_port(Netlink& netlink, const Jail& jail, const Value& record, const Link& bridge, int netns) {
    const auto pair = veth_of(jail.name);
    keep_mac(netlink, bridge, pair);
    const int index = make_host_end(netlink, jail.name, record, netns, bridge.mtu);
    // The host is on the bridge, not here.
    (void)write_sysctl_if_there("ipv6/conf/" + pair.host_name + "/disable_ipv6", "1");
    put_up_guard(jail.name, jail.addresses, GuardPlace::bridge);  // before the link is up: no packet passes unguarded
    drop_translation(jail.name);
    limit_from_birth(netlink, jail, index);
    set_master(netlink, bridge, index, pair.host_name);
    set_up(netlink, index, pair.host_name);
    return index;
}

struct Plan {
    std::vector<Address> addresses, gateways;
};

Plan plan_of(Netlink& netlink, const Jail& jail, const Link& bridge) {
    Plan plan{addresses_on_bridge(netlink, jail, bridge), {}};
    for (const auto family : families_of(plan.addresses)) {
        if (auto gateway = gateway_on_bridge(netlink, jail, bridge, plan.addresses, family)) {
            plan.gateways.push_back(std::move(*gateway));
        }
    }
    return plan;
}

void configure_inside(Invocation& invocation, Netlink& host, int port, const Jail& jail, int netns, const Plan& plan) {
    const InsideNetns inside(netns);
    Netlink netlink(NETLINK_ROUTE);
    const auto link = prepare_inside(invocation, netlink, jail.name, has_ipv6(plan.addresses));
    for (const auto& address : plan.addresses) {
        add_address(netlink, link.index, address, RT_SCOPE_UNIVERSE, address.prefix());
    }
    set_up(netlink, link.index, link.name);
    for (const auto& gateway : plan.gateways) add_default_route(netlink, link.index, gateway);
    await_carrier(host, port);
    await_carrier(netlink, link.index);
    announce(link, plan.addresses, false);
}

/// IPv6 inside needs none of the host; only a kernel that has it.
void require_ipv6_inside(const std::vector<Address>& addresses) {
    if (!has_ipv6(addresses) || read_sysctl("ipv6/conf/all/disable_ipv6")) return;
    throw Error(Errc::unsupported, "this host's kernel has no IPv6").with_hint("give the jail IPv4 addresses only");
}

/// For a record that was lost: what join() would note of the jail as it is configured now, or at least where we are.
Value as_configured(const Configuration& configuration, Netlink& netlink, const Jail& jail) {
    try {
        return host_end_record(configuration, "bridge", require_bridge(netlink, jail), jail.name, jail.addresses);
    } catch (const Error&) {
        return Value::object().set("stack", this_netns());
    }
}

class BridgedNetwork final : public Network {
public:
    std::vector<std::string> check(const Configuration& configuration, const Jail& jail) override {
        require_no_contradiction(jail, "bridge");
        require_no_odd_address(jail, "bridge");
        require_nftables();
        Netlink netlink(NETLINK_ROUTE);
        const auto bridge = require_bridge(netlink, jail);
        const auto plan = plan_of(netlink, jail, bridge);
        require_ipv6_inside(plan.addresses);
        require_free(configuration, netlink, jail, bridge, plan.addresses);
        std::vector<std::string> warnings;
        if ((bridge.flags & IFF_UP) == 0)
            warnings.push_back("bridge " + bridge.name + " is down: nobody reaches " + jail.name.text());
        if (plan.gateways.empty() && !parse_gateways(jail.settings["GATEWAY"].text).none)
            warnings.push_back("jail " + jail.name.text() +
                               " has no default route: no router is known on its network; " +
                               "GATEWAY names one, and GATEWAY=none says that there is none");
        return warnings;
    }

    /// One undo serves all steps: leave() finds by name what there is, so it is journalled before the first.
    Value join(Invocation& invocation, Operation& operation, const Jail& jail, int netns) override {
        Netlink netlink(NETLINK_ROUTE);
        const auto bridge = require_bridge(netlink, jail);
        const auto plan = plan_of(netlink, jail, bridge);
        auto record = host_end_record(invocation.configuration(), "bridge", bridge, jail.name, jail.addresses);
        const auto name = record["link"].str();
        int link = 0;
        operation.step("note that the jail uses " + bridge.name,
                       {"network.leave", Value::object().set("provider", "bridge").set("record", record)},
                       [&] { take_uplink(invocation, jail.name, uplink_of(record), {}); });
        operation.step("make network interface " + name + ", a port of " + bridge.name + ", and eth0 in the jail",
                       [&] { link = make_port(netlink, jail, record, bridge, netns); });
        operation.step("give eth0 its addresses and default routes", [&] {
            configure_inside(invocation, netlink, link, jail, netns, plan);
            hint_at_firewall(invocation, jail);
        });
        return record.set("link_index", link);
    }

    void leave(Invocation& invocation, const Jail& jail, const Value& noted) override {
        Netlink netlink(NETLINK_ROUTE);
        leave_host_end(invocation, netlink, jail.name,
                       noted["stack"].is_int() ? noted : as_configured(invocation.configuration(), netlink, jail));
    }

private:
    /// br_netfilter shows bridged packets to the rules for forwarded ones.
    static void hint_at_firewall(Invocation& invocation, const Jail& jail) {
        if (read_sysctl("bridge/bridge-nf-call-iptables") != "1") return;
        const auto chain = dropping_forward_chain();
        if (chain.empty()) return;
        invocation.console().warn("the host's firewall (" + chain + ") sees bridged packets too " +
                                  "(net.bridge.bridge-nf-call-iptables=1) and drops them unless a rule accepts them: " +
                                  jail.name.text() + " needs one for " + veth_of(jail.name).host_name);
    }
};

}  // namespace

std::unique_ptr<Network> make_bridged_network() {
    return std::make_unique<BridgedNetwork>();
}

}  // namespace jailctl::lifecycle
