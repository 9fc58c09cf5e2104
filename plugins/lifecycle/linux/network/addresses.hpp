#pragma once

#include <vector>

#include "jailctl/sdk/jail.hpp"

namespace jailctl::lifecycle {

[[nodiscard]] bool has_ipv6(const std::vector<Address>& addresses);
/// Those of which the jail has an address, each once.
[[nodiscard]] std::vector<Address::Family> families_of(const std::vector<Address>& addresses);

}  // namespace jailctl::lifecycle
