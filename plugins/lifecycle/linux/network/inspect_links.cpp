#include "inspect_links.hpp"

#include <linux/rtnetlink.h>

#include "addresses.hpp"
#include "bridge_plan.hpp"
#include "network_setting.hpp"
#include "preconditions.hpp"

namespace jailctl::lifecycle {

void inspect_uplink(Inspection& inspection) {
    if (inspection.jail == nullptr || !is_routed(*inspection.jail)) return;
    if (auto error = odd_address(*inspection.jail, "routed")) inspection.refuse(std::move(*error));
    inspection.attempt([&] {
        Netlink netlink(NETLINK_ROUTE);
        (void)uplink_named(netlink, inspection.value);
    });
}

void inspect_network_setting(Inspection& inspection) {
    if (inspection.jail == nullptr || network_setting_of(*inspection.jail).kind != "bridge") return;  // jails.d may say another
    if (auto error = odd_address(*inspection.jail, "bridge")) inspection.refuse(std::move(*error));
    inspection.attempt([&] {
        Netlink netlink(NETLINK_ROUTE);
        (void)bridge_named(netlink, network_setting_of(*inspection.jail).bridge);
    });
}

}  // namespace jailctl::lifecycle
