#include "nft_query.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "links.hpp"
#include "netlink.hpp"
#include "nft_message.hpp"

namespace jailctl::lifecycle {

namespace {

std::string family_name(std::uint8_t family) {
    switch (family) {
    case NFPROTO_INET: return "inet";
    case NFPROTO_NETDEV: return "netdev";
    case NFPROTO_BRIDGE: return "bridge";
    default: return {};  // jailctl makes none there
    }
}

/// Asks for all of a kind. @param name  the attribute that holds the name of the table
void each_of(Netlink& netlink, std::uint16_t kind, std::size_t name,
             const std::function<void(const std::string& family, std::string table)>& each) {
    NetlinkMessage message(nft_message(kind), NLM_F_DUMP);
    message.family<nfgenmsg>().version = NFNETLINK_V0;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&one));
        auto table = NetlinkAttributes<1>(one, sizeof *header).text(name);
        if (const auto family = family_name(header->nfgen_family); !family.empty() && is_veth_name(table))
            each(family, std::move(table));
    });
}

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

void require_nftables() {
    const auto asked = [] {
        try {
            Netlink netlink(NETLINK_NETFILTER);
            NetlinkMessage question(nft_message(NFT_MSG_GETGEN), 0);
            question.family<nfgenmsg>().version = NFNETLINK_V0;
            return netlink.try_change(question).ok();
        } catch (const Error& error) {
            if (error.code() == Errc::unsupported) return false;  // not even netfilter
            throw;
        }
    };
    if (asked()) return;
    throw Error(Errc::unsupported,
                "the rules of a jail's network need nf_tables, which this host's kernel does not have")
        .with_hint("load or install the module nf_tables, or set NETWORK=none");
}

std::string dropping_forward_chain() noexcept {
    try {
        if (!has_nftables()) return {};
        Netlink netlink(NETLINK_NETFILTER);
        NetlinkMessage message(nft_message(NFT_MSG_GETCHAIN), NLM_F_DUMP);
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

std::vector<JailTable> jail_tables() {
    static_assert(NFTA_TABLE_NAME == 1 && NFTA_RULE_TABLE == 1);
    std::vector<JailTable> tables;
    if (!has_nftables()) return tables;
    Netlink netlink(NETLINK_NETFILTER);
    each_of(netlink, NFT_MSG_GETTABLE, NFTA_TABLE_NAME,
            [&](const std::string& family, std::string name) { tables.push_back({family, std::move(name)}); });
    each_of(netlink, NFT_MSG_GETRULE, NFTA_RULE_TABLE, [&](const std::string& family, const std::string& name) {
        for (auto& table : tables)
            if (table.family == family && table.name == name) ++table.rules;
    });
    return tables;
}

std::vector<JailRule> jail_translations() {
    std::vector<JailRule> rules;
    if (!has_nftables()) return rules;
    Netlink netlink(NETLINK_NETFILTER);
    NetlinkMessage question(nft_message(NFT_MSG_GETRULE), NLM_F_DUMP);
    auto& header = question.family<nfgenmsg>();
    header.nfgen_family = NFPROTO_INET;
    header.version = NFNETLINK_V0;
    (void)netlink.ask(question, [&](const nlmsghdr& one) {
        const NetlinkAttributes<NFTA_RULE_EXPRESSIONS> rule(one, sizeof header);
        if (auto table = rule.text(NFTA_RULE_TABLE); is_veth_name(table))
            rules.push_back({std::move(table), rule.bytes(NFTA_RULE_EXPRESSIONS)});
    });
    return rules;
}

bool has_rules(const std::vector<JailTable>& tables, std::string_view family, std::string_view name) {
    return std::ranges::any_of(tables, [&](const JailTable& table) {
        return table.family == family && table.name == name && table.rules > 0;
    });
}

}  // namespace jailctl::lifecycle
