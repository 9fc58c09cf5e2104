#include "arp.hpp"

#include <arpa/inet.h>
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
#include "ndp.hpp"

namespace jailctl::lifecycle {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_requests = std::chrono::milliseconds(30);
constexpr auto patience = std::chrono::milliseconds(100);
constexpr int requests = 3;

/// "Who has `target`, tell `source`", to everybody. A packet that cannot be sent is a probe that gets no answer.
void send_request(int fd, const Link& link, const Address& source, const Address& target) {
    ether_arp packet{};
    packet.ea_hdr.ar_hrd = htons(ARPHRD_ETHER);
    packet.ea_hdr.ar_pro = htons(ETH_P_IP);
    packet.ea_hdr.ar_hln = ETH_ALEN;
    packet.ea_hdr.ar_pln = 4;
    packet.ea_hdr.ar_op = htons(ARPOP_REQUEST);
    std::memcpy(packet.arp_sha, link.mac.data(), ETH_ALEN);
    std::memcpy(packet.arp_spa, source.bytes().data(), 4);
    std::memcpy(packet.arp_tpa, target.bytes().data(), 4);
    send_frame(fd, link, ETH_P_ARP, {255, 255, 255, 255, 255, 255}, &packet, sizeof packet);
}

/// Reads what has arrived; a packet of somebody else that claims one of the addresses is an answer.
std::optional<ProbeAnswer> read_answers(int fd, const Link& link, const std::vector<Address>& addresses,
                                        const std::vector<std::string>& own) {
    ether_arp packet{};
    for (;;) {
        const auto got = ::recv(fd, &packet, sizeof packet, 0);
        if (got < 0) return std::nullopt;
        if (got < static_cast<ssize_t>(sizeof packet) || packet.ea_hdr.ar_hln != ETH_ALEN) continue;
        const std::string mac(reinterpret_cast<const char*>(packet.arp_sha), ETH_ALEN);
        const auto asked = std::ranges::find_if(addresses, [&](const Address& address) {
            return address.family() == Address::Family::v4 &&
                   std::memcmp(address.bytes().data(), packet.arp_spa, 4) == 0;
        });
        if (asked != addresses.end() && mac != link.mac && std::ranges::find(own, mac) == own.end()) return ProbeAnswer{*asked, mac};
    }
}

/// The two ways of asking, behind one wait.
class Question {
public:
    Question(const Link& link, const std::optional<Address>& source, const std::vector<Address>& addresses,
             const std::vector<std::string>& own)
        : link_(link), source_(source.value_or(Address{})), addresses_(addresses), own_(own) {
        for (const auto& address : addresses) {
            auto& fd = address.family() == Address::Family::v4 ? arp_ : ndp_;
            if (!fd) fd = open_packets(link, &fd == &arp_ ? ETH_P_ARP : ETH_P_IPV6);
        }
    }
    void ask() const {
        for (const auto& address : addresses_) {
            if (address.family() == Address::Family::v4) send_request(arp_.get(), link_, source_, address);
            else send_solicitation(ndp_.get(), link_, address);
        }
    }
    [[nodiscard]] std::optional<ProbeAnswer> wait(int milliseconds) const {
        pollfd readable[] = {{arp_ ? arp_.get() : -1, POLLIN, 0}, {ndp_ ? ndp_.get() : -1, POLLIN, 0}};
        if (::poll(readable, 2, milliseconds) <= 0) return std::nullopt;
        std::optional<ProbeAnswer> answer;
        if (arp_) answer = read_answers(arp_.get(), link_, addresses_, own_);
        if (!answer && ndp_) answer = read_advertisements(ndp_.get(), link_, addresses_, own_);
        return answer;
    }

private:
    const Link& link_;
    Address source_;
    const std::vector<Address>& addresses_;
    const std::vector<std::string>& own_;
    UniqueFd arp_, ndp_;
};

}  // namespace

UniqueFd open_packets(const Link& link, std::uint16_t protocol) {
    UniqueFd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(protocol)));
    if (!fd) throw_errno("cannot open a socket for address probes on " + link.name);
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_protocol = htons(protocol);
    here.sll_ifindex = link.index;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
        throw_errno("cannot bind a socket for address probes to " + link.name);
    }
    return fd;
}

void send_frame(int fd, const Link& link, std::uint16_t protocol, const MacAddress& to, const void* packet,
                std::size_t size) {
    sockaddr_ll there{};
    there.sll_family = AF_PACKET;
    there.sll_protocol = htons(protocol);
    there.sll_ifindex = link.index;
    there.sll_halen = ETH_ALEN;
    std::memcpy(there.sll_addr, to.data(), to.size());
    (void)::sendto(fd, packet, size, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there);
}

bool can_probe(const Link& link) {
    return (link.flags & IFF_UP) && (link.flags & IFF_RUNNING) && !(link.flags & (IFF_NOARP | IFF_LOOPBACK)) &&
           link.type == ARPHRD_ETHER && link.mac.size() == ETH_ALEN;
}

std::optional<ProbeAnswer> probe(const Link& link, const std::optional<Address>& source,
                                 const std::vector<Address>& addresses, const std::vector<std::string>& own) {
    const Question question(link, source, addresses, own);
    const auto begin = Clock::now();
    for (int sent = 0;;) {
        Interrupt::check();
        const auto passed = Clock::now() - begin;
        if (passed >= patience) return std::nullopt;
        if (sent < requests && passed >= sent * between_requests) {
            ++sent;
            question.ask();
        }
        const auto next = std::min<Clock::duration>(patience, sent < requests ? sent * between_requests : patience);
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - (Clock::now() - begin)).count();
        if (auto answer = question.wait(static_cast<int>(std::max<long>(wait, 0)))) return answer;
    }
}

void announce(const Link& link, const std::vector<Address>& addresses, bool router) {
    UniqueFd arp, ndp;
    for (const auto& address : addresses) {
        const bool v4 = address.family() == Address::Family::v4;
        auto& fd = v4 ? arp : ndp;
        if (!fd) fd = open_packets(link, v4 ? ETH_P_ARP : ETH_P_IPV6);
        if (v4) send_request(fd.get(), link, address, address);
        else send_advertisement(fd.get(), link, address, router);
    }
}

}  // namespace jailctl::lifecycle
