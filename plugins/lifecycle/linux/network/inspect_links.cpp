#include "inspect_links.hpp"

#include <algorithm>
#include <linux/rtnetlink.h>

#include "addresses.hpp"
#include "bridge_plan.hpp"
#include "contradictions.hpp"
#include "network.hpp"
#include "network_setting.hpp"
#include "preconditions.hpp"

namespace jailctl::lifecycle {

void inspect_uplink(Inspection& inspection) {
    if (inspection.jail == nullptr || !is_routed(*inspection.jail)) return;
    if (auto error = odd_address(*inspection.jail, "routed")) inspection.refuse(std::move(*error));
    inspection.attempt([&] {
        Netlink netlink(NETLINK_ROUTE);
        (void)uplink_named(netlink, inspection.value);
        for (const auto& address : inspection.jail->addresses) require_not_of_host(netlink, address);
    });
}

void inspect_network_setting(Inspection& inspection) {
    if (inspection.jail == nullptr) return;  // jails.d may say another
    const Jail& jail = *inspection.jail;
    const auto setting = network_setting_of(jail);
    if (setting.kind == host_network)
        inspection.attempt([&] {
            Netlink netlink(NETLINK_ROUTE);
            for (const auto& address : jail.addresses) require_of_host(netlink, jail, address);
        });
    if (setting.kind != "bridge") return;
    if (auto error = odd_address(jail, "bridge")) return inspection.refuse(std::move(*error));
    inspection.attempt([&] {
        Netlink netlink(NETLINK_ROUTE);
        const Link bridge = bridge_named(netlink, setting.bridge);
        for (const auto& address : addresses_on_bridge(netlink, jail, bridge)) require_not_of_host(netlink, address);
    });
}

void inspect_gateway(Inspection& inspection) {
    inspect_beside_network(inspection, "GATEWAY");
    if (inspection.jail == nullptr || network_setting_of(*inspection.jail).kind != "bridge") return;
    const Jail& jail = *inspection.jail;
    std::vector<Address> addresses;
    try {
        Netlink netlink(NETLINK_ROUTE);
        addresses = addresses_on_bridge(netlink, jail, bridge_named(netlink, network_setting_of(jail).bridge));
    } catch (const Error&) {
        return;  // told of NETWORK
    }
    const auto families = families_of(addresses);
    for (const auto& gateway : parse_gateways(inspection.value).addresses) {
        if (std::ranges::find(families, gateway.family()) == families.end()) continue;  // nothing takes it
        if (auto error = unreached(jail, gateway, addresses, false)) inspection.refuse(std::move(*error));
    }
}

}  // namespace jailctl::lifecycle
