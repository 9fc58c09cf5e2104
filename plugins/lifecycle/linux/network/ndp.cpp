#include "ndp.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "packet_socket.hpp"

namespace jailctl::lifecycle {

namespace {

/// Solicitation and advertisement have the same shape: header, target, room for one option with a MAC address.
struct Packet {
    ip6_hdr ip;
    nd_neighbor_advert nd;
    nd_opt_hdr option;
    std::uint8_t mac[ETH_ALEN];
};
static_assert(sizeof(Packet) == 40 + 24 + 8);

/// RFC 4443 2.3: over a pseudo-header of addresses, length and protocol, and the message.
std::uint16_t checksum(const Packet& packet, std::size_t length) {
    std::uint32_t sum = static_cast<std::uint32_t>(length) + IPPROTO_ICMPV6;
    const auto add = [&](const void* data, std::size_t size) {
        const auto* bytes = static_cast<const std::uint8_t*>(data);
        for (std::size_t i = 0; i + 1 < size; i += 2) sum += (std::uint32_t{bytes[i]} << 8U) | bytes[i + 1];
    };
    add(&packet.ip.ip6_src, 2 * sizeof packet.ip.ip6_src);  // source and destination
    add(&packet.nd, length);
    while (sum >> 16U) sum = (sum & 0xffffU) + (sum >> 16U);
    return htons(static_cast<std::uint16_t>(~sum));
}

void send(int fd, const Link& link, Packet& packet, std::size_t length) {
    packet.ip.ip6_flow = htonl(6U << 28U);
    packet.ip.ip6_plen = htons(static_cast<std::uint16_t>(length));
    packet.ip.ip6_nxt = IPPROTO_ICMPV6;
    packet.ip.ip6_hlim = 255;  // a receiver takes no other: it proves that no router passed it on
    packet.nd.nd_na_hdr.icmp6_cksum = checksum(packet, length);
    const auto& to = packet.ip.ip6_dst.s6_addr;
    send_frame(fd, link, ETH_P_IPV6, {0x33, 0x33, to[12], to[13], to[14], to[15]}, &packet, sizeof packet.ip + length);
}

}  // namespace

void send_solicitation(int fd, const Link& link, const Address& target) {
    Packet packet{};
    packet.nd.nd_na_hdr.icmp6_type = ND_NEIGHBOR_SOLICIT;
    std::memcpy(&packet.nd.nd_na_target, target.bytes().data(), 16);
    inet_pton(AF_INET6, "ff02::1:ff00:0", &packet.ip.ip6_dst);
    std::memcpy(packet.ip.ip6_dst.s6_addr + 13, target.bytes().data() + 13, 3);
    send(fd, link, packet, sizeof packet.nd);  // from `::` no option may say who asks
}

void send_advertisement(int fd, const Link& link, const Address& target, bool router) {
    Packet packet{};
    packet.nd.nd_na_hdr.icmp6_type = ND_NEIGHBOR_ADVERT;
    packet.nd.nd_na_hdr.icmp6_dataun.icmp6_un_data32[0] = ND_NA_FLAG_OVERRIDE | (router ? ND_NA_FLAG_ROUTER : 0);
    std::memcpy(&packet.nd.nd_na_target, target.bytes().data(), 16);
    std::memcpy(&packet.ip.ip6_src, target.bytes().data(), 16);
    inet_pton(AF_INET6, "ff02::1", &packet.ip.ip6_dst);
    packet.option.nd_opt_type = ND_OPT_TARGET_LINKADDR;
    packet.option.nd_opt_len = 1;
    std::memcpy(packet.mac, link.mac.data(), sizeof packet.mac);
    send(fd, link, packet, sizeof packet - sizeof packet.ip);
}

std::optional<ProbeAnswer> read_advertisements(int fd, const Link& link, const std::vector<Address>& addresses,
                                               const std::vector<std::string>& own) {
    for (;;) {
        Packet packet{};
        sockaddr_ll from{};
        socklen_t size = sizeof from;
        const auto got = ::recvfrom(fd, &packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got < 0) return std::nullopt;
        if (got < static_cast<ssize_t>(sizeof packet.ip + sizeof packet.nd) || from.sll_pkttype == PACKET_OUTGOING)
            continue;
        if (packet.ip.ip6_nxt != IPPROTO_ICMPV6 || packet.nd.nd_na_hdr.icmp6_type != ND_NEIGHBOR_ADVERT) continue;
        const std::string mac(reinterpret_cast<const char*>(from.sll_addr), ETH_ALEN);
        const auto asked = std::ranges::find_if(addresses, [&](const Address& address) {
            return address.family() == Address::Family::v6 &&
                   std::memcmp(address.bytes().data(), &packet.nd.nd_na_target, 16) == 0;
        });
        if (asked != addresses.end() && mac != link.mac && std::ranges::find(own, mac) == own.end())
            return ProbeAnswer{*asked, mac};
    }
}

}  // namespace jailctl::lifecycle
