#include "archive/tar_fields.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t bound = std::uint64_t{1} << 62;

/// GNU's binary numbers: the top bit of the first byte is set, the rest is big endian; 0xff begins a negative one.
std::optional<std::uint64_t> binary(std::string_view text) {
    if (static_cast<unsigned char>(text[0]) != 0x80) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text.substr(1)) {
        if (value >= bound >> 8) return std::nullopt;
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

}  // namespace

std::optional<std::uint64_t> decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || value >= bound / 10) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

std::optional<PaxRecord> first_pax_record(std::string_view text) noexcept {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto length = decimal(text.substr(0, space));
    if (!length || *length <= space + 1 || *length > text.size() || text[*length - 1] != '\n') return std::nullopt;
    const std::string_view record = text.substr(space + 1, *length - space - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return PaxRecord{*length, {}, {}};
    return PaxRecord{*length, record.substr(0, equals), record.substr(equals + 1)};
}

std::optional<std::uint64_t> TarHeader::number(Field field) const noexcept {
    const std::string_view text = block_.substr(field.offset, field.size);
    if ((static_cast<unsigned char>(text[0]) & 0x80) != 0) return binary(text);
    std::size_t at = 0;
    while (at < text.size() && text[at] == ' ') ++at;
    std::uint64_t value = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '7'; ++at) {
        if (value >= bound >> 3) return std::nullopt;
        value = value << 3 | static_cast<std::uint64_t>(text[at] - '0');
    }
    if (at < text.size() && text[at] != ' ' && text[at] != '\0') return std::nullopt;
    return value;
}

bool TarHeader::checksum_matches() const noexcept {
    const auto wanted = number(checksum);
    std::int64_t with_unsigned = 0, with_signed = 0;  // old tars summed up signed bytes
    for (std::size_t i = 0; i < block_.size(); ++i) {
        const bool own = i >= checksum.offset && i < checksum.offset + checksum.size;
        const char c = own ? ' ' : block_[i];
        with_unsigned += static_cast<unsigned char>(c);
        with_signed += static_cast<signed char>(c);
    }
    return wanted &&
           (static_cast<std::int64_t>(*wanted) == with_unsigned || static_cast<std::int64_t>(*wanted) == with_signed);
}

}  // namespace jailctl::tree
