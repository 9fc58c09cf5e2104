#include "name_servers.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::create {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t header_size = 12;
constexpr unsigned code_refused = 5;  // RFC 1035, 4.1.1

/// A server while it is asked.
struct Asked {
    UniqueFd socket;  ///< connected: what others send does not arrive, and ICMP errors do
    std::uint16_t id = 0;
    DnsAnswer answer = DnsAnswer::none;
};

socklen_t socket_address(const Address& address, std::uint16_t port, sockaddr_storage& out) {
    if (address.family() == Address::Family::v4) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(out);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.bytes().data(), sizeof v4.sin_addr);
        return sizeof v4;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes().data(), sizeof v6.sin6_addr);
    return sizeof v6;
}

/// A server to which no route leads has no socket, and no answer.
UniqueFd connect_to(const Address& address, std::uint16_t port) {
    sockaddr_storage to{};
    const socklen_t size = socket_address(address, port, to);
    UniqueFd made(::socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0) return {};
    return made;
}

void send_all(const std::vector<Asked>& asked) {
    for (const auto& one : asked) {
        if (!one.socket || one.answer != DnsAnswer::none) continue;
        const std::string question = dns_question(one.id);
        // One that cannot be sent is one that gets no answer.
        (void)!::send(one.socket.get(), question.data(), question.size(), MSG_NOSIGNAL);
    }
}

/// @return true if the socket is done with: answered, or nobody listens
bool hear(Asked& one) {
    char packet[4096];
    const ssize_t got = ::recv(one.socket.get(), packet, sizeof packet, 0);
    if (got < 0) return errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH;
    one.answer = read_dns_answer({packet, static_cast<std::size_t>(got)}, one.id);
    return one.answer != DnsAnswer::none;
}

/// @return whether some are still to be waited for
bool wait_for_some(std::vector<Asked>& asked, Clock::time_point until) {
    std::vector<pollfd> waiting{{Interrupt::fd(), POLLIN, 0}};
    std::vector<Asked*> whose{nullptr};
    for (auto& one : asked) {
        if (!one.socket) continue;
        waiting.push_back({one.socket.get(), POLLIN, 0});
        whose.push_back(&one);
    }
    if (whose.size() == 1) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    ::poll(waiting.data(), waiting.size(), std::max(0, static_cast<int>(left.count())));
    Interrupt::check();
    for (std::size_t i = 1; i < waiting.size(); ++i)
        if (waiting[i].revents != 0 && hear(*whose[i])) whose[i]->socket.reset();
    return std::ranges::any_of(asked, [](const Asked& one) { return static_cast<bool>(one.socket); });
}

}  // namespace

std::vector<Address> name_servers_in(std::string_view resolv) {
    std::vector<Address> servers;
    while (!resolv.empty()) {
        const auto line = resolv.substr(0, resolv.find('\n'));
        resolv.remove_prefix(std::min(resolv.size(), line.size() + 1));
        const auto words = split_words(line);
        if (words.size() < 2 || words[0] != "nameserver") continue;
        try {
            servers.push_back(Address::parse_bare(words[1]));
        } catch (const Error&) {
            // one of a single link, or none at all
        }
    }
    return servers;
}

std::string dns_question(std::uint16_t id) {
    std::string packet(header_size, '\0');
    packet[0] = static_cast<char>(id >> 8U);
    packet[1] = static_cast<char>(id & 0xffU);
    packet[2] = 1;  // recursion desired
    packet[5] = 1;  // one question
    return packet + std::string("\0\0\2\0\1", 5);  // the root, NS, IN
}

DnsAnswer read_dns_answer(std::string_view packet, std::uint16_t id) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(packet[at])); };
    if (packet.size() < header_size || (byte(0) << 8U | byte(1)) != id || (byte(2) & 0x80U) == 0)
        return DnsAnswer::none;
    return (byte(3) & 0xfU) == code_refused ? DnsAnswer::refused : DnsAnswer::answered;
}

std::vector<DnsAnswer> ask_name_servers(const std::vector<Address>& servers, std::chrono::milliseconds patience,
                                        std::uint16_t port) {
    std::random_device random;
    std::vector<Asked> asked;
    for (const auto& server : servers)
        asked.push_back({connect_to(server, port), static_cast<std::uint16_t>(random()), DnsAnswer::none});
    const auto began = Clock::now();
    for (const auto until : {began + patience / 2, began + patience}) {
        send_all(asked);
        while (Clock::now() < until && wait_for_some(asked, until)) {}
    }
    std::vector<DnsAnswer> answers;
    for (const auto& one : asked) answers.push_back(one.answer);
    return answers;
}

}  // namespace jailctl::create
