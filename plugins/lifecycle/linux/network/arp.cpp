#include "arp.hpp"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_requests = std::chrono::milliseconds(30);
constexpr auto patience = std::chrono::milliseconds(100);
constexpr int requests = 3;

UniqueFd open_arp(const Link& link) {
    UniqueFd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ARP)));
    if (!fd) throw_errno("cannot open a socket for ARP on " + link.name);
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_protocol = htons(ETH_P_ARP);
    here.sll_ifindex = link.index;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
        throw_errno("cannot bind a socket for ARP to " + link.name);
    }
    return fd;
}

/// "Who has `target`, tell `source`", to everybody. A packet that cannot be sent is a probe that gets no answer.
void send_request(int fd, const Link& link, in_addr source, in_addr target) {
    ether_arp packet{};
    packet.ea_hdr.ar_hrd = htons(ARPHRD_ETHER);
    packet.ea_hdr.ar_pro = htons(ETH_P_IP);
    packet.ea_hdr.ar_hln = ETH_ALEN;
    packet.ea_hdr.ar_pln = sizeof(in_addr);
    packet.ea_hdr.ar_op = htons(ARPOP_REQUEST);
    std::memcpy(packet.arp_sha, link.mac.data(), ETH_ALEN);
    std::memcpy(packet.arp_spa, &source, sizeof source);
    std::memcpy(packet.arp_tpa, &target, sizeof target);
    sockaddr_ll everybody{};
    everybody.sll_family = AF_PACKET;
    everybody.sll_protocol = htons(ETH_P_ARP);
    everybody.sll_ifindex = link.index;
    everybody.sll_halen = ETH_ALEN;
    std::memset(everybody.sll_addr, 0xff, ETH_ALEN);
    (void)::sendto(fd, &packet, sizeof packet, 0, reinterpret_cast<const sockaddr*>(&everybody), sizeof everybody);
}

/// Reads what has arrived; a packet of somebody else that claims one of the addresses is an answer.
std::optional<ArpAnswer> read_answers(int fd, const Link& link, const std::vector<in_addr>& addresses) {
    ether_arp packet{};
    for (;;) {
        const auto got = ::recv(fd, &packet, sizeof packet, 0);
        if (got < 0) return std::nullopt;
        if (got < static_cast<ssize_t>(sizeof packet) || packet.ea_hdr.ar_hln != ETH_ALEN) continue;
        ArpAnswer answer;
        std::memcpy(&answer.address, packet.arp_spa, sizeof answer.address);
        answer.mac.assign(reinterpret_cast<const char*>(packet.arp_sha), ETH_ALEN);
        const bool asked_for = std::ranges::any_of(
            addresses, [&](in_addr address) { return address.s_addr == answer.address.s_addr; });
        if (asked_for && answer.mac != link.mac) return answer;
    }
}

}  // namespace

bool can_probe(const Link& link) {
    return (link.flags & IFF_UP) && (link.flags & IFF_RUNNING) && !(link.flags & (IFF_NOARP | IFF_LOOPBACK)) &&
           link.type == ARPHRD_ETHER && link.mac.size() == ETH_ALEN;
}

std::optional<ArpAnswer> probe(const Link& link, std::optional<in_addr> source,
                               const std::vector<in_addr>& addresses) {
    const auto fd = open_arp(link);
    const auto begin = Clock::now();
    for (int sent = 0;;) {
        Interrupt::check();
        const auto passed = Clock::now() - begin;
        if (passed >= patience) return std::nullopt;
        if (sent < requests && passed >= sent * between_requests) {
            ++sent;
            for (const auto address : addresses) send_request(fd.get(), link, source.value_or(in_addr{}), address);
        }
        const auto next = std::min<Clock::duration>(patience, sent < requests ? sent * between_requests : patience);
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - (Clock::now() - begin)).count();
        pollfd readable{fd.get(), POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(std::max<long>(wait, 0))) <= 0) continue;
        if (auto answer = read_answers(fd.get(), link, addresses)) return answer;
    }
}

void announce(const Link& link, const std::vector<in_addr>& addresses) {
    const auto fd = open_arp(link);
    for (const auto address : addresses) send_request(fd.get(), link, address, address);
}

}  // namespace jailctl::lifecycle
