#pragma once

#include <optional>
#include <vector>

#include "probe.hpp"

namespace jailctl::lifecycle {

/// "Who has `target`?" from `::` to the solicited-node group of the address (RFC 4862, 5.4.2).
void send_solicitation(int fd, const Link& link, const Address& target);
/// "`target` is at the MAC address of `link`", unsolicited, to all nodes (RFC 4861, 7.2.6).
void send_advertisement(int fd, const Link& link, const Address& target, bool router);
/// Reads what has arrived: an advertisement of one of the addresses by nobody of `own` is an answer.
[[nodiscard]] std::optional<ProbeAnswer> read_advertisements(int fd, const Link& link,
                                                             const std::vector<Address>& addresses,
                                                             const std::vector<std::string>& own);

}  // namespace jailctl::lifecycle
