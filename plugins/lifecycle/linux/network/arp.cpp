#include "arp.hpp"

#include <arpa/inet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "packet_socket.hpp"

namespace jailctl::lifecycle {

void send_arp_request(int fd, const Link& link, const Address& source, const Address& target) {
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

std::optional<ProbeAnswer> read_arp_answers(int fd, const Link& link, const std::vector<Address>& addresses,
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
        if (asked != addresses.end() && mac != link.mac && std::ranges::find(own, mac) == own.end())
            return ProbeAnswer{*asked, mac};
    }
}

}  // namespace jailctl::lifecycle
