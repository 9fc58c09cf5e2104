#pragma once

#include <string>

namespace jailctl::lifecycle {

/// "chain FORWARD of table ip filter" of the first nftables chain (iptables-nft writes such, too) that drops what is
/// forwarded unless a rule says otherwise; empty if there is none. A hint for people, so it never throws.
[[nodiscard]] std::string dropping_forward_chain() noexcept;

}  // namespace jailctl::lifecycle
