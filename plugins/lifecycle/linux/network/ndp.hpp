#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arp.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// A packet socket bound to `link` that hears frames of one protocol (ETH_P_*) only. @throws Error denied, io
[[nodiscard]] UniqueFd open_packets(const Link& link, std::uint16_t protocol);
/// Sends what follows the Ethernet header. A packet that cannot be sent is a probe that gets no answer.
void send_frame(int fd, const Link& link, std::uint16_t protocol, const MacAddress& to, const void* packet,
                std::size_t size);

/// "Who has `target`?" from `::` to the solicited-node group of the address (RFC 4862, 5.4.2).
void send_solicitation(int fd, const Link& link, const Address& target);
/// "`target` is at the MAC address of `link`", unsolicited, to all nodes (RFC 4861, 7.2.6).
void send_advertisement(int fd, const Link& link, const Address& target, bool router);
/// Reads what has arrived: an advertisement of one of the addresses by nobody of `own` is an answer.
[[nodiscard]] std::optional<ProbeAnswer> read_advertisements(int fd, const Link& link,
                                                             const std::vector<Address>& addresses,
                                                             const std::vector<std::string>& own);

}  // namespace jailctl::lifecycle
