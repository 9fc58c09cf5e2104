#include "archive/varint.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {
[[noreturn]] void damaged() { throw Error(Errc::damaged, "the archive is damaged: its index cannot be read"); }
}  // namespace

void put_number(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
    out += static_cast<char>(number);
}

void put_signed(std::string& out, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    put_number(out, number < 0 ? ~(bits << 1) : bits << 1);
}

void put_text(std::string& out, std::string_view text) {
    put_number(out, text.size());
    out += text;
}

std::uint64_t VarintReader::number(std::uint64_t most) {
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes(1).front());
        const std::uint64_t group = byte & 0x7fU;
        if (shift > 63 || (shift == 63 && group > 1)) damaged();
        number |= group << shift;
        if (byte < 0x80) break;
    }
    if (number > most) damaged();
    return number;
}

std::int64_t VarintReader::signed_number() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits & 1) != 0 ? ~(bits >> 1) : bits >> 1);
}

std::string_view VarintReader::text(std::size_t longest) { return bytes(static_cast<std::size_t>(number(longest))); }

std::string_view VarintReader::bytes(std::size_t count) {
    if (count > rest_.size()) damaged();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

}  // namespace jailctl::tree
