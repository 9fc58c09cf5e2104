#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.hpp"

namespace probe {
namespace {

/// What all of them say, or "mixed".
std::string together(int first, int last, const std::function<std::string(int)>& one) {
    std::map<std::string, int> found;
    for (int number = first; number <= last; ++number)
        if (const std::string result = one(number); !result.empty()) ++found[result];
    return found.size() == 1 ? found.begin()->first : "mixed";
}

std::string socket_of(int family, int type, int protocol) {
    const int made = socket(family, type, protocol);
    std::string result = outcome(made);
    if (made >= 0) close(made);
    return result;
}

}  // namespace

void sockets() {
    const struct {
        const char* name;
        int family, type, protocol;
    } wanted[] = {{"unix", AF_UNIX, SOCK_STREAM, 0},    {"inet", AF_INET, SOCK_STREAM, 0},
                  {"inet6", AF_INET6, SOCK_STREAM, 0},  {"ping", AF_INET, SOCK_DGRAM, 1},
                  {"raw", AF_INET, SOCK_RAW, 1},        {"raw6", AF_INET6, SOCK_RAW, 58},
                  {"route", AF_NETLINK, SOCK_RAW, 0},   {"audit", AF_NETLINK, SOCK_RAW, 9},
                  {"uevent", AF_NETLINK, SOCK_RAW, 15}, {"generic", AF_NETLINK, SOCK_RAW, 16},
                  {"vsock", AF_VSOCK, SOCK_STREAM, 0},  {"alg", AF_ALG, SOCK_SEQPACKET, 0},
                  {"packet", AF_PACKET, SOCK_RAW, 0},   {"xdp", AF_XDP, SOCK_RAW, 0}};
    for (const auto& one : wanted)
        attempt(std::string("socket-") + one.name, [&] { return socket_of(one.family, one.type, one.protocol); });
    // x25, appletalk, tipc, rds, can, bluetooth, nfc ...: old code, one module each that a call would load.
    attempt("socket-all-other-families", [] {
        return together(0, 63, [](int family) {
            for (const int listed : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK})
                if (family == listed) return std::string();
            return socket_of(family, SOCK_DGRAM, 0);
        });
    });
    attempt("socketpair-vsock", [] {
        int pair[2];
        return outcome(socketpair(AF_VSOCK, SOCK_STREAM, 0, pair));
    });
    attempt_call("socket-high-bits", [] { return syscall(SYS_socket, 0x100000000L | AF_VSOCK, SOCK_STREAM, 0); });
    attempt_call("bind-port-80", [] {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(80);
        return bind(socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<sockaddr*>(&address), sizeof address);
    });
}

}  // namespace probe
