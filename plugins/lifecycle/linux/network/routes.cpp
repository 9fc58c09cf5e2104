#include "routes.hpp"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstring>

namespace jailctl::lifecycle {

namespace {

std::uint8_t kernel_family(const Address& address) {
    return address.family() == Address::Family::v4 ? AF_INET : AF_INET6;
}
std::size_t size_of(const Address& address) { return address.family() == Address::Family::v4 ? 4 : 16; }
std::uint8_t bits_of(const Address& address) { return static_cast<std::uint8_t>(8 * size_of(address)); }

void put_address(NetlinkMessage& message, std::uint16_t type, const Address& address) {
    message.put(type, address.bytes().data(), size_of(address));
}

void route_header(NetlinkMessage& message, const Address& of, std::uint8_t length, std::uint8_t scope) {
    auto& route = message.family<rtmsg>();
    route.rtm_family = kernel_family(of);
    route.rtm_dst_len = length;
    route.rtm_table = RT_TABLE_MAIN;
    route.rtm_protocol = RTPROT_STATIC;
    route.rtm_scope = scope;
    route.rtm_type = RTN_UNICAST;
}

void put_neighbour(NetlinkMessage& message, const Address& address, int interface) {
    auto& neighbour = message.family<ndmsg>();
    neighbour.ndm_family = kernel_family(address);
    neighbour.ndm_ifindex = interface;
    neighbour.ndm_flags = NTF_PROXY;
    put_address(message, NDA_DST, address);
}

}  // namespace

Address gateway_of(Address::Family family) {
    return Address::parse_bare(family == Address::Family::v4 ? gateway_text : gateway6_text);
}

std::optional<RouteMatch> match_route(Netlink& netlink, const Address& address) {
    NetlinkMessage message(RTM_GETROUTE, 0);
    auto& route = message.family<rtmsg>();
    route.rtm_family = kernel_family(address);
    route.rtm_dst_len = bits_of(address);
    route.rtm_flags = RTM_F_FIB_MATCH;  // the entry as configured, not the route a packet would take
    put_address(message, RTA_DST, address);
    std::optional<RouteMatch> found;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&one));
        const NetlinkAttributes<RTA_MAX> attributes(one, sizeof *header);
        found = RouteMatch{header->rtm_type, header->rtm_dst_len, header->rtm_dst_len == bits_of(address),
                           static_cast<int>(attributes.number(RTA_OIF))};
    });
    return found;
}

int routed_elsewhere(Netlink& netlink, const Address& address, int own) {
    const auto match = match_route(netlink, address);
    return match && match->exact && match->type == RTN_UNICAST && match->interface != own ? match->interface : 0;
}

namespace {

/// Addresses of all interfaces in one family, as raw bytes.
void each_address(Netlink& netlink, std::uint8_t family,
                  const std::function<void(int interface, const std::string& bytes, unsigned prefix)>& each) {
    NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP);
    message.family<ifaddrmsg>().ifa_family = family;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&one));
        const NetlinkAttributes<IFA_MAX> attributes(one, sizeof *header);
        each(static_cast<int>(header->ifa_index), attributes.bytes(attributes.at[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS),
             header->ifa_prefixlen);
    });
}

/// Nothing if the bytes are no address.
std::optional<Address> address_from(const std::string& bytes, int prefix = -1) {
    if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
    std::string word = bytes.size() == 4 ? text : "[" + std::string(text) + "]";
    if (prefix >= 0) word += "/" + std::to_string(prefix);
    return Address::parse(word);
}

std::string bytes_of(const Address& address) {
    return {reinterpret_cast<const char*>(address.bytes().data()), size_of(address)};
}

}  // namespace

int interface_with(Netlink& netlink, const Address& address) {
    int found = 0;
    each_address(netlink, kernel_family(address), [&](int interface, const std::string& bytes, unsigned) {
        if (bytes == bytes_of(address)) found = interface;
    });
    return found;
}

std::vector<std::pair<Address, int>> held_addresses(Netlink& netlink) {
    std::vector<std::pair<Address, int>> held;
    for (const int family : {AF_INET, AF_INET6})
        each_address(netlink, static_cast<std::uint8_t>(family),
                     [&](int interface, const std::string& bytes, unsigned) {
                         char text[INET6_ADDRSTRLEN] = {};
                         if (inet_ntop(family, bytes.data(), text, sizeof text) == nullptr) return;
                         held.emplace_back(Address::parse_bare(text), interface);
                     });
    return held;
}

std::optional<Address> first_address(Netlink& netlink, int interface, Address::Family family) {
    const bool v4 = family == Address::Family::v4;
    std::optional<Address> found;
    each_address(netlink, v4 ? AF_INET : AF_INET6, [&](int at, const std::string& bytes, unsigned) {
        if (at != interface || found) return;
        const auto one = address_from(bytes);
        if (one && (v4 || !share_prefix(*one, Address::parse("[fe80::]"), 10))) found = one;
    });
    return found;
}

bool share_prefix(const Address& a, const Address& b, unsigned prefix) {
    if (a.family() != b.family() || prefix > bits_of(a)) return false;
    const auto bit = [](const Address& of, unsigned i) { return (of.bytes()[i / 8] >> (7 - i % 8)) & 1U; };
    unsigned equal = 0;
    while (equal < prefix && bit(a, equal) == bit(b, equal)) ++equal;
    return equal == prefix;
}

std::optional<Address> own_address_beside(Netlink& netlink, int interface, const Address& address) {
    std::optional<Address> found;
    each_address(netlink, kernel_family(address), [&](int at, const std::string& bytes, unsigned prefix) {
        if (at != interface || found) return;
        const auto own = address_from(bytes, static_cast<int>(prefix));
        if (own && share_prefix(*own, address, prefix)) found = own;
    });
    return found;
}

bool is_on_network_of(Netlink& netlink, int interface, const Address& address) {
    return own_address_beside(netlink, interface, address).has_value();
}

std::optional<Address> default_gateway(Netlink& netlink, int interface, Address::Family family) {
    NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP);
    message.family<rtmsg>().rtm_family = family == Address::Family::v4 ? AF_INET : AF_INET6;
    std::optional<Address> found;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&one));
        const NetlinkAttributes<RTA_MAX> attributes(one, sizeof *header);
        if (found || header->rtm_type != RTN_UNICAST || header->rtm_dst_len != 0 || header->rtm_table != RT_TABLE_MAIN)
            return;
        if (static_cast<int>(attributes.number(RTA_OIF)) == interface)
            found = address_from(attributes.bytes(RTA_GATEWAY));
    });
    return found;
}

bool has_proxy_neighbour(Netlink& netlink, const Address& address, int interface) {
    NetlinkMessage message(RTM_GETNEIGH, 0);
    put_neighbour(message, address, interface);
    bool found = false;
    (void)netlink.ask(message, [&](const nlmsghdr&) { found = true; });
    return found;
}

void add_address(Netlink& netlink, int interface, const Address& address, std::uint8_t scope, int prefix) {
    NetlinkMessage message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    auto& header = message.family<ifaddrmsg>();
    header.ifa_family = kernel_family(address);
    header.ifa_prefixlen = prefix >= 0 ? static_cast<std::uint8_t>(prefix) : bits_of(address);
    if (header.ifa_family == AF_INET6) header.ifa_flags = IFA_F_NODAD;
    header.ifa_scope = scope;
    header.ifa_index = static_cast<std::uint32_t>(interface);
    put_address(message, IFA_LOCAL, address);
    put_address(message, IFA_ADDRESS, address);
    netlink.change(message, "add address " + address.text());
}

void add_host_route(Netlink& netlink, int interface, const Address& address) {
    NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    const bool v4 = address.family() == Address::Family::v4;
    route_header(message, address, bits_of(address), v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
    put_address(message, RTA_DST, address);
    message.put(RTA_OIF, static_cast<std::uint32_t>(interface));
    const auto answer = netlink.try_change(message);
    if (!answer.ok()) throw answer.refusal("cannot add a route to " + address.text());
}

void add_default_route(Netlink& netlink, int interface, const Address& gateway) {
    NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    route_header(message, gateway, 0, RT_SCOPE_UNIVERSE);
    put_address(message, RTA_GATEWAY, gateway);
    message.put(RTA_OIF, static_cast<std::uint32_t>(interface));
    netlink.change(message, "add a default route by " + gateway.text());
}

void add_proxy_neighbour(Netlink& netlink, const Address& address, int interface) {
    NetlinkMessage message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
    put_neighbour(message, address, interface);
    netlink.change(message, "answer for address " + address.text());
}

void delete_proxy_neighbour(Netlink& netlink, const Address& address, int interface) {
    NetlinkMessage message(RTM_DELNEIGH, 0);
    put_neighbour(message, address, interface);
    const auto answer = netlink.try_change(message);
    if (answer.ok() || answer.error == ENOENT || answer.error == ENODEV || answer.error == ENXIO) return;
    throw answer.refusal("cannot stop answering for address " + address.text());
}

}  // namespace jailctl::lifecycle
