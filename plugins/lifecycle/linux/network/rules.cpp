#include "rules.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cerrno>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr std::uint16_t nftables(std::uint16_t kind) { return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8U) | kind); }

std::string message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource, std::string_view attributes) {
    const nlmsghdr head{static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(nfgenmsg)) + attributes.size()), type,
                        static_cast<std::uint16_t>(NLM_F_REQUEST | flags), 0, 0};
    const nfgenmsg netfilter{family, NFNETLINK_V0, htons(resource)};
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    bytes.append(reinterpret_cast<const char*>(&netfilter), sizeof netfilter);
    return bytes.append(attributes);
}

std::string described(const ChainHook& hook) {
    auto place = attribute_be32(NFTA_HOOK_HOOKNUM, hook.number) +
                 attribute_be32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(hook.priority));
    if (!hook.device.empty()) place += attribute_text(NFTA_HOOK_DEV, hook.device);
    return attribute_nest(NFTA_CHAIN_HOOK, place) + attribute_be32(NFTA_CHAIN_POLICY, hook.drops ? NF_DROP : NF_ACCEPT) +
           attribute_text(NFTA_CHAIN_TYPE, hook.type);
}

constexpr auto needs = "routed and bridged jails need a kernel with nf_tables (families netdev and inet)";

}  // namespace

RuleTransaction& RuleTransaction::add(std::uint16_t type, std::uint16_t flags, RuleFamily family, std::string_view attributes) {
    last_ = messages_.size();
    messages_ += message(nftables(type), flags, static_cast<std::uint8_t>(family), 0, attributes);
    return *this;
}

RuleTransaction& RuleTransaction::add_table(RuleFamily family, const std::string& name) {
    return add(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, attribute_text(NFTA_TABLE_NAME, name));
}

RuleTransaction& RuleTransaction::delete_table(RuleFamily family, const std::string& name) {
    add_table(family, name);  // what is not there cannot be deleted
    return add(NFT_MSG_DELTABLE, 0, family, attribute_text(NFTA_TABLE_NAME, name));
}

RuleTransaction& RuleTransaction::add_chain(RuleFamily family, const std::string& table, const std::string& name, const ChainHook* hook) {
    return add(NFT_MSG_NEWCHAIN, NLM_F_CREATE, family,
               attribute_text(NFTA_CHAIN_TABLE, table) + attribute_text(NFTA_CHAIN_NAME, name) + (hook ? described(*hook) : ""));
}

RuleTransaction& RuleTransaction::flush_chain(RuleFamily family, const std::string& table, const std::string& name) {
    return add(NFT_MSG_DELRULE, 0, family, attribute_text(NFTA_RULE_TABLE, table) + attribute_text(NFTA_RULE_CHAIN, name));
}

RuleTransaction& RuleTransaction::delete_chain(RuleFamily family, const std::string& table, const std::string& name) {
    return add(NFT_MSG_DELCHAIN, 0, family, attribute_text(NFTA_CHAIN_TABLE, table) + attribute_text(NFTA_CHAIN_NAME, name));
}

RuleTransaction& RuleTransaction::add_rule(const std::string& table, const std::string& chain, const Rule& rule) {
    return add(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule.family(),
               attribute_text(NFTA_RULE_TABLE, table) + attribute_text(NFTA_RULE_CHAIN, chain) +
                   attribute_nest(NFTA_RULE_EXPRESSIONS, rule.expressions()));
}

void RuleTransaction::commit(Netlink& netfilter, const std::string& what) {
    reinterpret_cast<nlmsghdr*>(messages_.data() + last_)->nlmsg_flags |= NLM_F_ACK;
    const auto answer = netfilter.try_together(message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, {}) + messages_ +
                                               message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, {}));
    if (answer.ok()) return;
    const std::error_code cause(answer.error, std::system_category());
    throw Error(code_of(cause), "cannot " + what + (answer.words.empty() ? "" : " (" + answer.words + ")"), cause).with_hint(needs);
}

void require_rules() {
    Netlink netfilter(NETLINK_NETFILTER);
    NetlinkMessage question(nftables(NFT_MSG_GETGEN), 0);
    question.family<nfgenmsg>().version = NFNETLINK_V0;
    if (netfilter.try_change(question).ok()) return;
    throw Error(Errc::unsupported, "the rules of a jail's network need nf_tables, which this host's kernel does not have")
        .with_hint("load or install the module nf_tables, or set NETWORK=none");
}

}  // namespace jailctl::lifecycle
