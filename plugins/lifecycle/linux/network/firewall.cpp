#include "firewall.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.hpp"

namespace jailctl::lifecycle {

namespace {

std::string described_if_dropping(const nlmsghdr& message) {
    const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message));
    if (header->nfgen_family != NFPROTO_IPV4 && header->nfgen_family != NFPROTO_INET) return {};
    const NetlinkAttributes<NFTA_CHAIN_MAX> chain(message, sizeof *header);
    if (!chain.at[NFTA_CHAIN_HOOK] || !chain.at[NFTA_CHAIN_POLICY]) return {};
    const NetlinkAttributes<NFTA_HOOK_MAX> hook(*chain.at[NFTA_CHAIN_HOOK]);
    if (!hook.at[NFTA_HOOK_HOOKNUM] || ntohl(hook.number(NFTA_HOOK_HOOKNUM)) != NF_INET_FORWARD) return {};
    if (ntohl(chain.number(NFTA_CHAIN_POLICY)) != NF_DROP) return {};
    return "chain " + chain.text(NFTA_CHAIN_NAME) + " of table " +
           (header->nfgen_family == NFPROTO_INET ? "inet " : "ip ") + chain.text(NFTA_CHAIN_TABLE);
}

}  // namespace

bool has_nftables() noexcept {
    return ::access("/sys/module/nf_tables", F_OK) == 0 || ::access("/proc/modules", F_OK) != 0;
}

std::string dropping_forward_chain() noexcept {
    try {
        if (!has_nftables()) return {};
        Netlink netlink(NETLINK_NETFILTER);
        NetlinkMessage message((NFNL_SUBSYS_NFTABLES << 8U) | NFT_MSG_GETCHAIN, NLM_F_DUMP);
        message.family<nfgenmsg>().version = NFNETLINK_V0;
        std::string found;
        (void)netlink.ask(message, [&](const nlmsghdr& one) {
            if (found.empty()) found = described_if_dropping(one);
        });
        return found;
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace jailctl::lifecycle
