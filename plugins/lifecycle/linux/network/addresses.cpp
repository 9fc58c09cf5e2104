#include "addresses.hpp"

#include <algorithm>

namespace jailctl::lifecycle {

bool has_ipv6(const std::vector<Address>& addresses) {
    return std::ranges::any_of(addresses, [](const Address& one) { return one.family() == Address::Family::v6; });
}

std::vector<Address::Family> families_of(const std::vector<Address>& addresses) {
    std::vector<Address::Family> families;
    for (const auto& address : addresses) {
        if (std::ranges::find(families, address.family()) == families.end()) families.push_back(address.family());
    }
    return families;
}

Address address_with_prefix(const Address& address, int prefix) {
    const bool v4 = address.family() == Address::Family::v4;
    return Address::parse((v4 ? address.text() : "[" + address.text() + "]") + "/" + std::to_string(prefix));
}

bool is_link_local(const Address& address) noexcept {
    const auto& bytes = address.bytes();
    if (address.family() == Address::Family::v4) return bytes[0] == 169 && bytes[1] == 254;
    return bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
}

bool is_host_of_network(const Address& address) noexcept {
    if (address.family() == Address::Family::v6 || address.prefix() < 0 || address.prefix() >= 31) return true;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = (value << 8U) | address.bytes()[static_cast<std::size_t>(i)];
    const std::uint32_t mask = 0xffffffffU >> static_cast<unsigned>(address.prefix());
    return (value & mask) != 0 && (value & mask) != mask;
}

Error no_host_of_network(const Jail& jail, const Address& address) {
    return {Errc::config, "address " + address.text() + "/" + std::to_string(address.prefix()) + " of jail " +
                              jail.name.text() + " is that of a network or its broadcast, not of a host"};
}

std::optional<Error> odd_address(const Jail& jail, std::string_view kind) {
    for (const auto& address : jail.addresses) {
        const std::string which = "address " + address.text() + " of jail " + jail.name.text() + " ";
        if (address.is_loopback())
            return Error(Errc::config, which + "is of the loopback, which each network stack has for itself")
                .with_hint("write the address that others reach the jail by, or NETWORK=host");
        if (kind == "routed" && is_link_local(address))
            return Error(Errc::config, which + "is link-local: no host routes it (NETWORK=routed)")
                .with_hint(
                    "write an address of the network of IF, or let the jail be on that network: NETWORK=bridge:NAME");
        if (!is_host_of_network(address)) return no_host_of_network(jail, address);
    }
    return std::nullopt;
}

void require_no_odd_address(const Jail& jail, std::string_view kind) {
    if (auto error = odd_address(jail, kind)) throw std::move(*error);
}

}  // namespace jailctl::lifecycle
