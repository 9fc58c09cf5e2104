#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jailctl::lifecycle {

/// Asking a kernel without nf_tables would make it load the module, for nothing: no module, no rules.
[[nodiscard]] bool has_nftables() noexcept;
/// Asks it, and makes it load the module. @throws Error unsupported
void require_nftables();

/// "chain FORWARD of table ip filter" of the first nftables chain (iptables-nft writes such, too) that drops what is
/// forwarded unless a rule says otherwise; empty if there is none. A hint for people, so it never throws.
[[nodiscard]] std::string dropping_forward_chain() noexcept;

/// A table of nftables that has the name of a jail's link.
struct JailTable {
    std::string family;  ///< as nft(8) has it: "netdev", "inet", "bridge"
    std::string name;
    std::size_t rules = 0;
};
/// @throws Error io, denied
[[nodiscard]] std::vector<JailTable> jail_tables();
/// A rule in a table `inet` of the name of a jail's link: of NAT or FORWARD.
struct JailRule {
    std::string table;
    std::string expressions;  ///< as the kernel tells them
};
/// @throws Error io, denied
[[nodiscard]] std::vector<JailRule> jail_translations();
/// Whether there is such a table, and a rule in it.
[[nodiscard]] bool has_rules(const std::vector<JailTable>& tables, std::string_view family, std::string_view name);

}  // namespace jailctl::lifecycle
