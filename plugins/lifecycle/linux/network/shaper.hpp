#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netlink.hpp"

namespace jailctl::lifecycle {

/// Puts a token bucket filter (tc-tbf(8)) before what goes out of an interface, changes it, or takes it away.
/// @param bytes_per_second  0: none @throws Error unsupported: the kernel has no tbf; io
void shape(Netlink& netlink, int index, const std::string& name, std::uint64_t bytes_per_second);

/// Bytes per second of the one that is there; nothing: none is. @throws Error io
[[nodiscard]] std::optional<std::uint64_t> shaped_rate(Netlink& netlink, int index);

}  // namespace jailctl::lifecycle
