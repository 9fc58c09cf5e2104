#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/jail.hpp"

/// Whether name servers answer: a packet of our own by UDP, for the host's resolver asks others than a jail's does, and
/// waits as long as it likes.
namespace jailctl::create {

/// The addresses of `nameserver` lines of a resolv.conf(5); others are left out.
[[nodiscard]] std::vector<Address> name_servers_in(std::string_view resolv);

/// The question for the servers of the root, which every resolver knows (RFC 1035, 4.1).
[[nodiscard]] std::string dns_question(std::uint16_t id);

enum class DnsAnswer {
    none,      ///< nothing came, or the network says that nothing listens there
    refused,   ///< it answers, that it does not answer us
    answered,  ///< anything else: that it has trouble of its own is no matter of jails
};
/// What a packet is to the question `id`; none for any other packet.
[[nodiscard]] DnsAnswer read_dns_answer(std::string_view packet, std::uint16_t id) noexcept;

/// Asks all at once, and again those that did not answer by half of `patience`. @param port  53
/// @return in the order of `servers` @throws Error io
[[nodiscard]] std::vector<DnsAnswer> ask_name_servers(const std::vector<Address>& servers,
                                                      std::chrono::milliseconds patience, std::uint16_t port = 53);

}  // namespace jailctl::create
