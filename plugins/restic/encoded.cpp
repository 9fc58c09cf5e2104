#include "encoded.hpp"

#include <cstdint>

namespace jailctl::restic {
namespace {

/// Length of the UTF-8 sequence `text` begins with, 0 if it begins with none (RFC 3629: neither
/// overlong nor surrogates).
std::size_t sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                     (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
    return bad ? 0 : length;
}

}  // namespace

std::string seen_by_go(std::string_view raw) {
    std::string out;
    while (!raw.empty()) {
        const std::size_t length = sequence(raw);
        out += length == 0 ? "\xEF\xBF\xBD" : raw.substr(0, length);
        raw.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace jailctl::restic
