#pragma once

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cstdint>

namespace jailctl::lifecycle {

/// The type of a netlink message that carries one of nf_tables' (NFT_MSG_*).
constexpr std::uint16_t nft_message(std::uint16_t kind) {
    return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8U) | kind);
}

}  // namespace jailctl::lifecycle
