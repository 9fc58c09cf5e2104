#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jailctl {

/// Length of the well-formed UTF-8 sequence at `at` (shortest form, no surrogates, up to U+10FFFF); 0 if there is none.
inline std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (byte(at + i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(at), second = byte(at + 1);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return tail(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const bool sane = !(first == 0xE0U && second < 0xA0U) && !(first == 0xEDU && second > 0x9FU);
        return sane && tail(1) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const bool sane = !(first == 0xF0U && second < 0x90U) && !(first == 0xF4U && second > 0x8FU);
        return sane && tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

/// "\x" and two digits.
inline void append_escaped(std::string& out, char c) {
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
}

}  // namespace jailctl
