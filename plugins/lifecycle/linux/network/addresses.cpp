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

}  // namespace jailctl::lifecycle
