#include "health.hpp"

#include <cerrno>

#include "guard.hpp"
#include "host_end.hpp"
#include "jailctl/sdk/text.hpp"
#include "routes.hpp"
#include "netns.hpp"
#include "sysctl.hpp"

namespace jailctl::lifecycle {

namespace {

/// Without forwarding the kernel routes nothing that arrives there, nor answers for a jail. Of IPv6 it is these alone
/// only where the kernel can forward between two interfaces (settings_to_route).
void look_at_forwarding(const std::string& interface, const Value& addresses, std::vector<std::string>& problems) {
    bool v4 = false, v6 = false;
    for (const auto& text : addresses.items())
        (Address::parse_bare(text.str()).family() == Address::Family::v4 ? v4 : v6) = true;
    for (const auto& [wanted, family] : {std::pair{v4, "ipv4"}, {v6, "ipv6"}}) {
        const std::string setting = std::string(family) + "/conf/" + interface + "/forwarding";
        if (wanted && read_sysctl(setting) == "0")
            problems.push_back("nobody beyond this host reaches it: net/" + escape_name(setting) + " is 0");
    }
}

void look_at_guard(const JailName& jail, const Value& record, const std::string& provider,
                   std::vector<std::string>& problems) {
    std::vector<Address> addresses;
    for (const auto& text : record["addresses"].items()) addresses.push_back(Address::parse_bare(text.str()));
    const auto state = guard_state(jail, static_cast<int>(record["link_index"].num()), addresses,
                                   provider == "bridge" ? GuardPlace::bridge : GuardPlace::router);
    if (state == GuardState::whole) return;
    problems.push_back(
        "the rules that hold its source addresses are " +
        std::string(state == GuardState::missing ? "gone from nftables" : "not those of jailctl any more"));
}

}  // namespace

std::vector<std::string> network_problems(const JailName& jail, const Value& record) {
    std::vector<std::string> problems;
    const auto provider = record["provider"].str();
    const auto uplink = uplink_of(record);
    if ((provider != "routed" && provider != "bridge") || uplink.netns != this_netns()) return problems;
    Netlink netlink(NETLINK_ROUTE);
    const auto name = veth_of(jail).host_name;
    const auto link = find_host_end(netlink, jail, record);
    const bool there = find_link(netlink, uplink.index).has_value();
    if (!link) problems.push_back("network interface " + name + " is gone");
    if (!there) problems.push_back("interface " + escape_name(uplink.interface) + " is gone");
    if (link && there && provider == "bridge" && link->master != uplink.index)
        problems.push_back(name + " is no port of bridge " + escape_name(uplink.interface) + " any more");
    if (link && there && provider == "routed") look_at_forwarding(uplink.interface, record["addresses"], problems);
    if (link) look_at_guard(jail, record, provider, problems);
    for (const auto& text : record["addresses"].items()) {
        const auto address = Address::parse_bare(text.str());
        if (const int holder = interface_with(netlink, address)) {
            const auto other = find_link(netlink, holder);
            problems.push_back("the host has address " + address.text() + " too" +
                               (other ? ", on " + escape_name(other->name) : ""));
        }
    }
    return problems;
}

}  // namespace jailctl::lifecycle
