#pragma once

#include <cstddef>
#include <cstdint>

#include "jailctl/sdk/scoped.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// A packet socket bound to `link` that hears frames of one protocol (ETH_P_*) only. @throws Error denied, io
[[nodiscard]] UniqueFd open_packets(const Link& link, std::uint16_t protocol);
/// Sends what follows the Ethernet header. A packet that cannot be sent is a probe that gets no answer.
void send_frame(int fd, const Link& link, std::uint16_t protocol, const MacAddress& to, const void* packet,
                std::size_t size);

}  // namespace jailctl::lifecycle
