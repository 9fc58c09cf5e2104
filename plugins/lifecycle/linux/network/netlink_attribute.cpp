#include "netlink_attribute.hpp"

#include <arpa/inet.h>
#include <linux/netlink.h>

namespace jailctl::lifecycle {

std::string attribute(std::uint16_t type, std::string_view content) {
    const nlattr head{static_cast<std::uint16_t>(NLA_HDRLEN + content.size()), type};
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    bytes.append(content);
    bytes.resize(NLA_ALIGN(bytes.size()));
    return bytes;
}

std::string attribute_text(std::uint16_t type, const std::string& text) {
    return attribute(type, {text.c_str(), text.size() + 1});
}

std::string attribute_be32(std::uint16_t type, std::uint32_t number) {
    const std::uint32_t bytes = htonl(number);
    return attribute(type, {reinterpret_cast<const char*>(&bytes), sizeof bytes});
}

std::string attribute_nest(std::uint16_t type, std::string_view attributes) {
    return attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), attributes);
}

}  // namespace jailctl::lifecycle
