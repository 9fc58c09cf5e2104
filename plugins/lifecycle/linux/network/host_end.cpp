#include "host_end.hpp"

#include <net/if.h>
#include <sys/file.h>

#include <chrono>
#include <thread>

#include "guard.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "loopback.hpp"
#include "netns.hpp"
#include "sysctl.hpp"

namespace jailctl::lifecycle {

namespace {

/// Ours, and not something that got the name or the index since, nor that of another configuration's jail of the same
/// name: by its alias or, when we died between making and marking it, by the address nobody else would choose.
bool is_host_end_of(const Link& link, const JailName& jail, const std::string& alias) {
    const auto pair = veth_of(jail);
    if (link.name != pair.host_name || link.kind != "veth") return false;
    const std::string mac(pair.host_mac.begin(), pair.host_mac.end());
    if (link.alias.empty()) return link.mac == mac;
    return link.alias == alias || link.alias == jail.text();  // as it was marked once
}

}  // namespace

UniqueFd lock_marking() {
    UniqueFd directory = StateDirectory::of_host().open("");
    if (::flock(directory.get(), LOCK_EX) != 0) throw_errno("cannot lock the names of the jails' network interfaces");
    return directory;
}

int make_host_end(Netlink& netlink, const JailName& jail, const Value& record, int netns, std::uint32_t mtu) {
    const UniqueFd marking = lock_marking();
    int index = 0;
    try {
        index = make_veth(netlink, veth_of(jail), netns, mtu);
    } catch (Error& error) {
        if (error.code() == Errc::exists) error.with_hint(link_is_there_hint(jail));
        throw;
    }
    set_alias(netlink, index, record["alias"].str());
    try_alternative_name(netlink, index, jail.text());
    return index;
}

void await_carrier(Netlink& netlink, int index) {
    constexpr int attempts = 500;
    for (int i = 0; i < attempts; ++i) {
        const auto link = find_link(netlink, index);
        if (!link || (link->flags & IFF_RUNNING)) return;
        Interrupt::check();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

std::optional<Link> find_host_end(Netlink& netlink, const JailName& jail, const Value& record) {
    // One that was recorded and is gone went with its jail: what has its name by now is of a jail of another RUN_DIR.
    const auto index = static_cast<int>(record["link_index"].num());
    const UniqueFd marking = index != 0 ? UniqueFd{} : lock_marking();
    auto link = index != 0 ? find_link(netlink, index) : find_link(netlink, veth_of(jail).host_name);
    if (link && !is_host_end_of(*link, jail, record["alias"].str())) link.reset();
    return link;
}

void leave_host_end(Invocation& invocation, Netlink& netlink, const JailName& jail, const Value& record) {
    const auto uplink = uplink_of(record);
    const bool here = uplink.netns == this_netns();
    if (here) {
        const auto link = find_host_end(netlink, jail, record);
        const bool rules_are_ours = link || !find_link(netlink, veth_of(jail).host_name);  // they are named after it
        // The link first: what a jail has queued is sent after its last process has ended, as long as there is a way.
        if (link) delete_link_with_others(netlink, link->index, link->name);
        if (rules_are_ours) take_down_rules(jail);
    } else {
        invocation.console().warn("jail " + jail.text() + " was started in another network namespace: what it had of " +
                                  uplink.interface + " there is not taken down");
    }
    release_uplink(invocation, jail, uplink, here);
}

std::string link_is_there_hint(const JailName& jail) {
    const auto name = veth_of(jail).host_name;
    return "a jail of that name runs from another configuration, or 'ip link delete " + name +
           "' removes what one left";
}

Value host_end_record(const Configuration& configuration, std::string_view provider, const Link& uplink,
                      const JailName& jail, const std::vector<Address>& addresses) {
    auto texts = Value::array();
    for (const auto& address : addresses) texts.push(address.text());
    return Value::object()
        .set("provider", provider)
        .set("stack", this_netns())
        .set("interface", uplink.name)
        .set("interface_index", uplink.index)
        .set("link", veth_of(jail).host_name)
        .set("alias",
             jail.text() + " " + std::to_string(short_hash(configuration.path("RUN_DIR").lexically_normal().native())))
        .set("addresses", std::move(texts));
}

UplinkName uplink_of(const Value& record) {
    return {static_cast<std::uint64_t>(record["stack"].num()), record["interface"].str(),
            static_cast<int>(record["interface_index"].num())};
}

Link prepare_inside(Invocation& invocation, Netlink& inside, const JailName& jail, bool ipv6) {
    bring_loopback_up(inside);
    (void)write_sysctl_if_there("ipv6/conf/eth0/disable_ipv6", ipv6 ? "0" : "1");
    // check() has asked; addresses are configured
    for (const std::string off : {"accept_ra", "autoconf", "accept_dad"}) {
        if (ipv6) write_sysctl("ipv6/conf/eth0/" + off, "0");
    }
    permit_ping(invocation.configuration(), jail);
    auto link = find_link(inside, "eth0");
    if (!link) throw Error(Errc::io, "interface eth0 is not in the jail's network namespace");
    return *link;
}

}  // namespace jailctl::lifecycle
