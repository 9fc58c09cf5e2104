#include "routes.hpp"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstring>

namespace jailctl::lifecycle {

namespace {

void refuse(const NetlinkAnswer& answer, const std::string& what) {
    const std::error_code cause(answer.error, std::system_category());
    throw Error(answer.error == EEXIST ? Errc::exists : code_of(cause), what, cause);
}

rtmsg& route_header(NetlinkMessage& message, std::uint8_t length, std::uint8_t scope) {
    auto& route = message.family<rtmsg>();
    route.rtm_family = AF_INET;
    route.rtm_dst_len = length;
    route.rtm_table = RT_TABLE_MAIN;
    route.rtm_protocol = RTPROT_STATIC;
    route.rtm_scope = scope;
    route.rtm_type = RTN_UNICAST;
    return route;
}

void put_neighbour(NetlinkMessage& message, in_addr address, int interface) {
    auto& neighbour = message.family<ndmsg>();
    neighbour.ndm_family = AF_INET;
    neighbour.ndm_ifindex = interface;
    neighbour.ndm_flags = NTF_PROXY;
    message.put(NDA_DST, &address, sizeof address);
}

}  // namespace

in_addr ipv4(const Address& address) {
    if (address.family() != Address::Family::v4) {
        throw Error(Errc::unsupported, "address " + address.text() + " is IPv6, which this version does not route")
            .with_hint("give the jail an IPv4 address, or set NETWORK=none");
    }
    in_addr result{};
    std::memcpy(&result, address.bytes().data(), sizeof result);
    return result;
}

in_addr ipv4(std::string_view text) {
    return ipv4(Address::parse(text));
}

std::string ipv4_text(in_addr address) {
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &address, text, sizeof text);
    return text;
}

std::optional<RouteMatch> match_route(Netlink& netlink, in_addr address) {
    NetlinkMessage message(RTM_GETROUTE, 0);
    auto& route = message.family<rtmsg>();
    route.rtm_family = AF_INET;
    route.rtm_dst_len = 32;
    route.rtm_flags = RTM_F_FIB_MATCH;  // the entry as configured, not the route a packet would take
    message.put(RTA_DST, &address, sizeof address);
    std::optional<RouteMatch> found;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&one));
        const NetlinkAttributes<RTA_MAX> attributes(one, sizeof *header);
        found = RouteMatch{header->rtm_type, header->rtm_dst_len, static_cast<int>(attributes.number(RTA_OIF))};
    });
    return found;
}

namespace {

void each_address(Netlink& netlink, const std::function<void(int interface, in_addr address)>& each) {
    NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP);
    message.family<ifaddrmsg>().ifa_family = AF_INET;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&one));
        const NetlinkAttributes<IFA_MAX> attributes(one, sizeof *header);
        in_addr found{attributes.number(attributes.at[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS)};
        each(static_cast<int>(header->ifa_index), found);
    });
}

}  // namespace

int interface_with(Netlink& netlink, in_addr address) {
    int found = 0;
    each_address(netlink, [&](int interface, in_addr one) {
        if (one.s_addr == address.s_addr) found = interface;
    });
    return found;
}

std::optional<in_addr> first_address(Netlink& netlink, int interface) {
    std::optional<in_addr> found;
    each_address(netlink, [&](int at, in_addr one) {
        if (at == interface && !found) found = one;
    });
    return found;
}

bool has_proxy_neighbour(Netlink& netlink, in_addr address, int interface) {
    NetlinkMessage message(RTM_GETNEIGH, 0);
    put_neighbour(message, address, interface);
    bool found = false;
    (void)netlink.ask(message, [&](const nlmsghdr&) { found = true; });
    return found;
}

void add_address(Netlink& netlink, int interface, in_addr address, std::uint8_t scope) {
    NetlinkMessage message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    auto& header = message.family<ifaddrmsg>();
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = 32;
    header.ifa_scope = scope;
    header.ifa_index = static_cast<std::uint32_t>(interface);
    message.put(IFA_LOCAL, &address, sizeof address).put(IFA_ADDRESS, &address, sizeof address);
    netlink.change(message, "add address " + ipv4_text(address));
}

void add_host_route(Netlink& netlink, int interface, in_addr address) {
    NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    route_header(message, 32, RT_SCOPE_LINK);
    message.put(RTA_DST, &address, sizeof address).put(RTA_OIF, static_cast<std::uint32_t>(interface));
    const auto answer = netlink.try_change(message);
    if (!answer.ok()) refuse(answer, "cannot add a route to " + ipv4_text(address));
}

void add_default_route(Netlink& netlink, int interface, in_addr gateway) {
    NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    route_header(message, 0, RT_SCOPE_UNIVERSE);
    message.put(RTA_GATEWAY, &gateway, sizeof gateway).put(RTA_OIF, static_cast<std::uint32_t>(interface));
    netlink.change(message, "add a default route by " + ipv4_text(gateway));
}

void add_proxy_neighbour(Netlink& netlink, in_addr address, int interface) {
    NetlinkMessage message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
    put_neighbour(message, address, interface);
    netlink.change(message, "answer for address " + ipv4_text(address));
}

void delete_proxy_neighbour(Netlink& netlink, in_addr address, int interface) {
    NetlinkMessage message(RTM_DELNEIGH, 0);
    put_neighbour(message, address, interface);
    const auto answer = netlink.try_change(message);
    if (answer.ok() || answer.error == ENOENT || answer.error == ENODEV || answer.error == ENXIO) return;
    refuse(answer, "cannot stop answering for address " + ipv4_text(address));
}

}  // namespace jailctl::lifecycle
