#pragma once

#include <cstdint>
#include <string>

#include "netlink.hpp"

namespace jailctl::lifecycle {

/// Puts a token bucket filter (tc-tbf(8)) before what goes out of an interface, changes it, or takes it away.
/// @param bytes_per_second  0: none @throws Error unsupported: the kernel has no tbf; io
void shape(Netlink& netlink, int index, const std::string& name, std::uint64_t bytes_per_second);

/// Whether one is there. @throws Error io
[[nodiscard]] bool has_shaper(Netlink& netlink, int index);

}  // namespace jailctl::lifecycle
