#include "jailctl/sdk/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "utf8.hpp"

namespace jailctl {

namespace {

/// Turns about what stands beside it on a line, so that a name looks like another (the Bidi_Control property of
/// Unicode), or ends the line for some terminals: U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069.
bool rearranges(std::string_view character) {
    if (character == "\xd8\x9c") return true;
    if (character.size() != 3 || character[0] != '\xe2') return false;
    const auto second = static_cast<unsigned char>(character[1]), third = static_cast<unsigned char>(character[2]);
    if (second == 0x80U) return third == 0x8eU || third == 0x8fU || (third >= 0xa8U && third <= 0xaeU);
    return second == 0x81U && third >= 0xa6U && third <= 0xa9U;
}

/// Octal, of three digits: the digit that follows is no part of it.
std::string dollar_quoted(std::string_view text) {
    std::string word = "$'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20U && byte < 0x7FU) {
            if (c == '\'' || c == '\\') word += '\\';
            word += c;
            continue;
        }
        word += '\\';
        for (const unsigned shift : {6U, 3U, 0U}) word += static_cast<char>('0' + ((byte >> shift) & 7U));
    }
    return word + "'";
}

bool is_plain(unsigned char byte) { return byte >= 0x20U && byte < 0x7FU; }

std::string escape(std::string_view text, bool keep_layout) {
    if (std::ranges::all_of(text, is_plain)) return std::string(text);  // nearly every line
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        const auto first = static_cast<unsigned char>(text[at]);
        const bool layout = keep_layout && (first == '\n' || first == '\t');
        const bool c0 = first < 0x20U || first == 0x7FU;
        const bool c1 = length == 2 && first == 0xC2U && static_cast<unsigned char>(text[at + 1]) < 0xA0U;
        const bool safe = length != 0 && !c1 && (layout || !c0) && !rearranges(text.substr(at, length));
        const std::size_t count = length == 0 ? 1 : length;
        for (std::size_t i = at; i < at + count; ++i) safe ? out.push_back(text[i]) : append_escaped(out, text[i]);
        at += count;
    }
    return out;
}

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, arguments...);
    return buffer.data();
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string escape_control(std::string_view text) { return escape(text, true); }
std::string escape_name(std::string_view text) { return escape(text, false); }

std::string shell_word(std::string_view text) {
    static constexpr std::string_view plain = "_-./:,+@%=";
    if (text.empty()) return "''";
    if (escape_name(text) != text) return dollar_quoted(text);
    std::string word;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80U && std::isalnum(byte) == 0 && plain.find(c) == std::string_view::npos) word += '\\';
        word += c;
    }
    return word;
}

std::string human_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    static constexpr std::array<const char*, 6> units = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double scaled = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (std::ceil(scaled) >= 1000 && unit + 1 < units.size()) {
        scaled /= 1000;
        ++unit;
    }
    const double tenths = std::ceil(scaled * 10) / 10;  // ls rounds up: a size is never understated
    if (tenths < 10) return formatted("%.1f %s", tenths, units[unit]);
    return formatted("%.0f %s", std::ceil(scaled), units[unit]);
}

std::string human_seconds(double seconds) {
    if (seconds < 9.995) return formatted("%.2f s", seconds < 0 ? 0.0 : seconds);
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole < 60) return formatted("%lld s", whole);
    if (whole < 3600) return formatted("%lld min %02lld s", whole / 60, whole % 60);
    return formatted("%lld h %02lld min", whole / 3600, whole / 60 % 60);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (const auto& part : parts) {
        if (&part != &parts.front()) text += between;
        text += part;
    }
    return text;
}

std::string hex(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string timestamp(std::int64_t unix_seconds) {
    const auto seconds = static_cast<std::time_t>(unix_seconds);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> buffer{};
    std::strftime(buffer.data(), buffer.size(), "%Y%m%dT%H%M%SZ", &utc);
    return buffer.data();
}

std::uint64_t short_hash(std::string_view text) noexcept {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

}  // namespace jailctl
