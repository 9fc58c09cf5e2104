#include <algorithm>
#include <charconv>
#include <limits>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

struct Quantity {
    std::uint64_t number = 0;
    std::string_view unit;
    bool good = false;
};

Quantity quantity_of(std::string_view text) noexcept {
    Quantity found;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, found.number);
    found.good = fault == std::errc{};
    found.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    return found;
}

[[noreturn]] void refuse(std::string_view text, const std::string& wanted) {
    throw Error(Errc::invalid, "'" + escape_name(text) + "' is not " + wanted);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

}  // namespace

std::uint64_t parse_bytes(std::string_view text) {
    const auto found = quantity_of(text);
    int shift = -1;
    for (const auto& [unit, bits] : {std::pair{"", 0}, {"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}}) {
        if (lower(found.unit) == unit) shift = bits;
    }
    const std::uint64_t limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!found.good || shift < 0 || found.number > (limit >> shift)) {
        refuse(text, "a size in bytes, like 1048576, 512M or 2G");
    }
    return found.number << shift;
}

std::int64_t parse_number(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, number);
    if (fault != std::errc{} || rest != end || number < low || number > high) {
        refuse(text, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return number;
}

bool parse_yes_no(std::string_view text) {
    const std::string word = lower(text);
    for (const char* yes : {"yes", "true", "1", "on"}) {
        if (word == yes) return true;
    }
    for (const char* no : {"no", "false", "0", "off"}) {
        if (word == no) return false;
    }
    refuse(text, "'yes' or 'no'");
}

std::int64_t parse_seconds(std::string_view text) {
    const auto found = quantity_of(text);
    std::uint64_t factor = 0;
    for (const auto& [unit, seconds] :
         {std::pair<const char*, std::uint64_t>{"", 1U}, {"s", 1U}, {"min", 60U}, {"h", 3600U}}) {
        if (lower(found.unit) == unit) factor = seconds;
    }
    // A year is longer than any wait of ours and far from overflowing a clock.
    if (!found.good || factor == 0 || found.number > 31536000U / factor) {
        refuse(text, "a time up to a year, like 60, 90s, 5min or 2h");
    }
    return static_cast<std::int64_t>(found.number * factor);
}

}  // namespace jailctl
