#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe.hpp"

namespace jailctl::lifecycle {

/// "Who has `target`, tell `source`", to everybody (RFC 826). A packet that cannot be sent is a
/// probe that gets no answer.
/// @param fd  of open_packets(), ETH_P_ARP
void send_arp_request(int fd, const Link& link, const Address& source, const Address& target);
/// Reads what has arrived: a packet that claims one of the addresses, by nobody of `own`, is an answer.
[[nodiscard]] std::optional<ProbeAnswer> read_arp_answers(int fd, const Link& link,
                                                          const std::vector<Address>& addresses,
                                                          const std::vector<std::string>& own);

}  // namespace jailctl::lifecycle
