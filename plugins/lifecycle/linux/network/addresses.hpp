#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::lifecycle {

[[nodiscard]] bool has_ipv6(const std::vector<Address>& addresses);
/// Those of which the jail has an address, each once.
[[nodiscard]] std::vector<Address::Family> families_of(const std::vector<Address>& addresses);

/// The same address, /prefix.
[[nodiscard]] Address address_with_prefix(const Address& address, int prefix);
/// Of fe80::/10, or of 169.254.0.0/16.
[[nodiscard]] bool is_link_local(const Address& address) noexcept;
/// Not the network itself or its broadcast, of IPv4: the bits after the prefix are neither all 0 nor all 1. Of a
/// network of one or two addresses (/32, /31), and where no prefix is written, each is a host.
[[nodiscard]] bool is_host_of_network(const Address& address) noexcept;

/// What is to be said where it is not.
[[nodiscard]] Error no_host_of_network(const Jail& jail, const Address& address);

/// Why an address of the jail cannot be had in a network of that kind, "routed" or "bridge". Nothing: all can.
[[nodiscard]] std::optional<Error> odd_address(const Jail& jail, std::string_view kind);
/// @throws Error config: as above
void require_no_odd_address(const Jail& jail, std::string_view kind);

}  // namespace jailctl::lifecycle
