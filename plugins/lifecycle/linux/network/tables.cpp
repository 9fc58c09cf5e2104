#include "tables.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>

#include "firewall.hpp"
#include "links.hpp"

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
    NetlinkMessage message(static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8U) | kind), NLM_F_DUMP);
    message.family<nfgenmsg>().version = NFNETLINK_V0;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&one));
        auto table = NetlinkAttributes<1>(one, sizeof *header).text(name);
        if (const auto family = family_name(header->nfgen_family); !family.empty() && is_veth_name(table))
            each(family, std::move(table));
    });
}

}  // namespace

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

bool has_rules(const std::vector<JailTable>& tables, std::string_view family, std::string_view name) {
    return std::ranges::any_of(tables, [&](const JailTable& table) {
        return table.family == family && table.name == name && table.rules > 0;
    });
}

}  // namespace jailctl::lifecycle
