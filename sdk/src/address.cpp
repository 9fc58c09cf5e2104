#include <arpa/inet.h>

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& reason) {
    throw Error(Errc::invalid, "'" + escape_name(text) + "': " + reason);
}

int parse_prefix(std::string_view whole, std::string_view digits, int limit) {
    const bool numeric = !digits.empty() && digits.size() <= 3 && digits.find_first_not_of("0123456789") == digits.npos;
    const int length = numeric ? std::stoi(std::string(digits)) : limit + 1;
    if (length > limit) refuse(whole, "not a prefix length from 0 to " + std::to_string(limit));
    return length;
}

}  // namespace

Address Address::parse(std::string_view text) {
    Address address;
    std::string_view host = text;
    const auto slash = text.rfind('/');
    if (slash != std::string_view::npos) host = text.substr(0, slash);
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
        address.family_ = Family::v6;
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        refuse(text, "an IPv6 address is written in brackets, like [2001:db8::7]");
    }
    const bool v6 = address.family_ == Family::v6;
    const std::string copy(host);
    if (copy.find('\0') != std::string::npos ||
        ::inet_pton(v6 ? AF_INET6 : AF_INET, copy.c_str(), address.bytes_.data()) != 1) {
        refuse(text, v6 ? "not an IPv6 address" : "not an IPv4 address");
    }
    if (slash != std::string_view::npos) address.prefix_ = parse_prefix(text, text.substr(slash + 1), v6 ? 128 : 32);
    return address;
}

Address Address::parse_bare(std::string_view text) {
    if (text.find('/') != std::string_view::npos) refuse(text, "no /length belongs here");
    const bool bare6 = text.find(':') != std::string_view::npos && !text.starts_with('[');
    return parse(bare6 ? "[" + std::string(text) + "]" : std::string(text));
}

bool Address::is_loopback() const noexcept {
    if (family_ == Family::v4) return bytes_[0] == 127;
    return bytes_.back() == 1 &&
           std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

std::string Address::text() const {
    if (family_ == Family::v4) {  // by hand: glibc's goes by printf, and status writes hundreds
        std::string text;
        for (std::size_t i = 0; i < 4; ++i) text += (i == 0 ? "" : ".") + std::to_string(bytes_[i]);
        return text;
    }
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    ::inet_ntop(AF_INET6, bytes_.data(), buffer.data(), buffer.size());
    return buffer.data();
}

}  // namespace jailctl
