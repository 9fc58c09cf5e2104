#pragma once

#include <string>

namespace jailctl::lifecycle {

/// Asking a kernel without nf_tables would make it load the module, for nothing: no module, no rules.
[[nodiscard]] bool has_nftables() noexcept;

/// "chain FORWARD of table ip filter" of the first nftables chain (iptables-nft writes such, too) that drops what is
/// forwarded unless a rule says otherwise; empty if there is none. A hint for people, so it never throws.
[[nodiscard]] std::string dropping_forward_chain() noexcept;

}  // namespace jailctl::lifecycle
