#include "packet_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <cstring>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

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

}  // namespace jailctl::lifecycle
