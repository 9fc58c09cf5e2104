#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jailctl::lifecycle {

/// A table of nftables that has the name of a jail's link.
struct JailTable {
    std::string family;  ///< as nft(8) has it: "netdev", "inet", "bridge"
    std::string name;
    std::size_t rules = 0;
};
/// @throws Error io, denied
[[nodiscard]] std::vector<JailTable> jail_tables();
/// Whether there is such a table, and a rule in it.
[[nodiscard]] bool has_rules(const std::vector<JailTable>& tables, std::string_view family, std::string_view name);

}  // namespace jailctl::lifecycle
