#include "links.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

namespace {

Link link_from(const nlmsghdr& message) {
    const auto* info = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
    const NetlinkAttributes<IFLA_MAX> attributes(message, sizeof *info);
    Link link;
    link.index = info->ifi_index;
    link.flags = info->ifi_flags;
    link.type = info->ifi_type;
    link.name = attributes.text(IFLA_IFNAME);
    link.alias = attributes.text(IFLA_IFALIAS);
    link.mtu = attributes.number(IFLA_MTU);
    link.mac = attributes.bytes(IFLA_ADDRESS);
    link.master = static_cast<int>(attributes.number(IFLA_MASTER));
    link.peer_elsewhere = attributes.at[IFLA_LINK_NETNSID] != nullptr;
    if (attributes.at[IFLA_LINKINFO]) {
        link.kind = NetlinkAttributes<IFLA_INFO_MAX>(*attributes.at[IFLA_LINKINFO]).text(IFLA_INFO_KIND);
    }
    return link;
}

std::optional<Link> find(Netlink& netlink, NetlinkMessage& message) {
    std::optional<Link> found;
    const auto answer = netlink.ask(message, [&](const nlmsghdr& one) { found = link_from(one); });
    if (answer.ok() || answer.error == ENODEV) return found;
    throw answer.refusal("cannot look up a network interface");
}

/// Locally administered, from a hash of the jail's name and the end: the first byte and five of it.
MacAddress mac_of(const JailName& jail, std::string_view end, std::uint8_t first) {
    auto hash = short_hash(jail.key() + '/' + std::string(end));
    MacAddress mac{first};
    for (std::size_t i = 1; i < mac.size(); ++i, hash >>= 8U) mac[i] = static_cast<std::uint8_t>(hash & 0xffU);
    return mac;
}

}  // namespace

std::optional<Link> find_link(Netlink& netlink, const std::string& name) {
    if (name.empty() || name.size() >= IFNAMSIZ) return std::nullopt;
    NetlinkMessage message(RTM_GETLINK, 0);
    message.family<ifinfomsg>();
    message.put(IFLA_IFNAME, name);
    return find(netlink, message);
}

std::optional<Link> find_link(Netlink& netlink, int index) {
    if (index <= 0) return std::nullopt;
    NetlinkMessage message(RTM_GETLINK, 0);
    message.family<ifinfomsg>().ifi_index = index;
    return find(netlink, message);
}

std::vector<Link> all_links(Netlink& netlink) {
    std::vector<Link> links;
    NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP);
    message.family<ifinfomsg>();
    (void)netlink.ask(message, [&](const nlmsghdr& one) { links.push_back(link_from(one)); });
    return links;
}

std::vector<std::string> link_names(Netlink& netlink) {
    std::vector<std::string> names;
    for (auto& link : all_links(netlink)) names.push_back(std::move(link.name));
    return names;
}

std::vector<Link> ports_of(Netlink& netlink, int bridge) {
    NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP);
    message.family<ifinfomsg>();
    message.put(IFLA_MASTER, static_cast<std::uint32_t>(bridge));
    std::vector<Link> ports;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        if (auto link = link_from(one); link.master == bridge) ports.push_back(std::move(link));
    });
    return ports;
}

namespace {
constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
}  // namespace

bool is_veth_name(std::string_view name) noexcept {
    return name.size() == 15 && name.starts_with("jl") && name.find_first_not_of(digits, 2) == name.npos;
}

VethPair veth_of(const JailName& jail) {
    VethPair pair;
    pair.host_name = "jl";
    auto hash = short_hash(jail.key());
    for (int i = 0; i < 13; ++i, hash >>= 5U) pair.host_name += digits[hash & 31U];  // 13 x 5 bits: all of the hash
    pair.host_mac = mac_of(jail, "host", 0xfe);  // high: a bridge takes the lowest address of its ports for its own
    pair.jail_mac = mac_of(jail, "jail", 0x02);
    return pair;
}

int make_veth(Netlink& netlink, const VethPair& pair, int netns, std::uint32_t mtu) {
    NetlinkMessage message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.family<ifinfomsg>();
    message.put(IFLA_IFNAME, pair.host_name).put(IFLA_MTU, mtu);
    message.put(IFLA_ADDRESS, pair.host_mac.data(), pair.host_mac.size());
    message.nest(IFLA_LINKINFO, [&] {
        message.put(IFLA_INFO_KIND, std::string("veth"));
        message.nest(IFLA_INFO_DATA, [&] {
            message.nest(VETH_INFO_PEER, [&] {
                message.family<ifinfomsg>();
                message.put(IFLA_IFNAME, std::string("eth0")).put(IFLA_MTU, mtu);
                message.put(IFLA_ADDRESS, pair.jail_mac.data(), pair.jail_mac.size());
                message.put(IFLA_NET_NS_FD, static_cast<std::uint32_t>(netns));
            });
        });
    });
    netlink.change(message, "make network interface " + pair.host_name);
    const auto made = find_link(netlink, pair.host_name);
    if (!made) throw Error(Errc::io, "network interface " + pair.host_name + " vanished as soon as it was made");
    return made->index;
}

void set_up(Netlink& netlink, int index, const std::string& name) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    auto& info = message.family<ifinfomsg>();
    info.ifi_index = index;
    info.ifi_flags = info.ifi_change = IFF_UP;
    netlink.change(message, "bring network interface " + name + " up");
}

void set_alias(Netlink& netlink, int index, const std::string& alias) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    message.family<ifinfomsg>().ifi_index = index;
    message.put(IFLA_IFALIAS, alias.data(), alias.size());
    netlink.change(message, "mark a network interface as that of " + alias);
}

void set_master(Netlink& netlink, const Link& bridge, int index, const std::string& name) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    message.family<ifinfomsg>().ifi_index = index;
    message.put(IFLA_MASTER, static_cast<std::uint32_t>(bridge.index));
    netlink.change(message, "make " + name + " a port of bridge " + bridge.name);
}

void set_mac(Netlink& netlink, const Link& link, const std::string& mac) {
    NetlinkMessage message(RTM_NEWLINK, 0);
    message.family<ifinfomsg>().ifi_index = link.index;
    message.put(IFLA_ADDRESS, mac.data(), mac.size());
    netlink.change(message, "set the MAC address of " + link.name);
}

void try_alternative_name(Netlink& netlink, int index, const std::string& name) {
    NetlinkMessage message(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
    message.family<ifinfomsg>().ifi_index = index;
    message.nest(IFLA_PROP_LIST, [&] { message.put(IFLA_ALT_IFNAME, name); });
    (void)netlink.try_change(message);
}

void delete_link(Netlink& netlink, int index, const std::string& name) {
    NetlinkMessage message(RTM_DELLINK, 0);
    message.family<ifinfomsg>().ifi_index = index;
    const auto answer = netlink.try_change(message);
    if (answer.ok() || answer.error == ENODEV) return;
    throw answer.refusal("cannot delete network interface " + name);
}

void delete_link_with_others(Netlink& netlink, int index, const std::string& name) {
    constexpr std::uint32_t dying = 0x6a61696c;  // "jail": only links that are about to go are ever put there
    NetlinkMessage mark(RTM_NEWLINK, 0);
    mark.family<ifinfomsg>().ifi_index = index;
    mark.put(IFLA_GROUP, dying);
    NetlinkMessage remove(RTM_DELLINK, 0);
    remove.family<ifinfomsg>();
    remove.put(IFLA_GROUP, dying);
    if (netlink.try_change(mark).ok()) {
        const auto answer = netlink.try_change(remove);
        // ENODEV: nobody is left in the group, another has deleted ours
        if (answer.ok() || answer.error == ENODEV) return;
    }
    delete_link(netlink, index, name);
}

std::string jail_in_alias(const std::string& alias) { return alias.substr(0, alias.find(' ')); }

std::string mac_text(const std::string& bytes) {
    std::string text;
    for (const char byte : bytes) {
        if (!text.empty()) text += ':';
        text += hex(std::string_view(&byte, 1));
    }
    return text;
}

std::string all_link_names(Netlink& netlink) {
    std::vector<std::string> names = link_names(netlink);
    for (auto& name : names) name = escape_name(name);
    return joined(names);
}

std::string described(Netlink& netlink, int index) {
    const auto link = find_link(netlink, index);
    if (!link) return "interface " + std::to_string(index);
    return escape_name(link->name) + (link->alias.empty() ? "" : " (" + escape_name(jail_in_alias(link->alias)) + ")");
}

}  // namespace jailctl::lifecycle
