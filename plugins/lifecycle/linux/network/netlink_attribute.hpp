#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jailctl::lifecycle {

/// An attribute of netlink as bytes, for messages whose parts are made apart from each other.
/// @param content  up to 64 KiB
[[nodiscard]] std::string attribute(std::uint16_t type, std::string_view content);
[[nodiscard]] std::string attribute_text(std::uint16_t type, const std::string& text);
/// In network byte order, which nf_tables has for its own numbers.
[[nodiscard]] std::string attribute_be32(std::uint16_t type, std::uint32_t number);
[[nodiscard]] std::string attribute_nest(std::uint16_t type, std::string_view attributes);

}  // namespace jailctl::lifecycle
