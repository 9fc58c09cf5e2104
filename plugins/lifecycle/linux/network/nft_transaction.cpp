#include "nft_transaction.hpp"

#include <arpa/inet.h>

#include "netlink_attribute.hpp"
#include "nft_message.hpp"

namespace jailctl::lifecycle {

namespace {

std::string message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource,
                    std::string_view attributes) {
    const nlmsghdr head{static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(nfgenmsg)) + attributes.size()), type,
                        static_cast<std::uint16_t>(NLM_F_REQUEST | flags), 0, 0};
    const nfgenmsg netfilter{family, NFNETLINK_V0, htons(resource)};
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    bytes.append(reinterpret_cast<const char*>(&netfilter), sizeof netfilter);
    return bytes.append(attributes);
}

std::string described(const NftHook& hook) {
    auto place = attribute_be32(NFTA_HOOK_HOOKNUM, hook.number) +
                 attribute_be32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(hook.priority));
    if (!hook.device.empty()) place += attribute_text(NFTA_HOOK_DEV, hook.device);
    return attribute_nest(NFTA_CHAIN_HOOK, place) +
           attribute_be32(NFTA_CHAIN_POLICY, hook.drops ? NF_DROP : NF_ACCEPT) +
           attribute_text(NFTA_CHAIN_TYPE, hook.type);
}

Error with_needs(Error error) {
    if (error.code() == Errc::denied)  // root is: a table with the flag "owner" belongs to the program that made it
        error.with_hint(
            "a program has a table of that name for itself: 'nft list ruleset' shows it as 'progname', end it");
    if (error.code() == Errc::unsupported)
        error.with_hint("routed and bridged jails need a kernel with nf_tables (families netdev and inet)");
    return error;
}

}  // namespace

NftTransaction& NftTransaction::add(std::uint16_t type, std::uint16_t flags, NftFamily family,
                                    std::string_view attributes) {
    last_ = messages_.size();
    messages_ += message(nft_message(type), flags, static_cast<std::uint8_t>(family), 0, attributes);
    return *this;
}

NftTransaction& NftTransaction::add_table(NftFamily family, const std::string& name) {
    return add(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, attribute_text(NFTA_TABLE_NAME, name));
}

NftTransaction& NftTransaction::delete_table(NftFamily family, const std::string& name) {
    add_table(family, name);  // what is not there cannot be deleted
    return add(NFT_MSG_DELTABLE, 0, family, attribute_text(NFTA_TABLE_NAME, name));
}

bool NftTransaction::delete_table_if_there(Netlink& netfilter, NftFamily family, const std::string& name) {
    NetlinkMessage question(nft_message(NFT_MSG_GETTABLE), 0);
    auto& header = question.family<nfgenmsg>();
    header.nfgen_family = static_cast<std::uint8_t>(family);
    header.version = NFNETLINK_V0;
    question.put(NFTA_TABLE_NAME, name);
    const bool is_there = netfilter.try_change(question).ok();
    if (is_there) delete_table(family, name);
    return is_there;
}

NftTransaction& NftTransaction::replace_table(Netlink& netfilter, NftFamily family, const std::string& name) {
    (void)delete_table_if_there(netfilter, family, name);
    return add_table(family, name);
}

NftTransaction& NftTransaction::add_chain(NftFamily family, const std::string& table, const std::string& name,
                                          const NftHook* hook) {
    return add(NFT_MSG_NEWCHAIN, NLM_F_CREATE, family,
               attribute_text(NFTA_CHAIN_TABLE, table) + attribute_text(NFTA_CHAIN_NAME, name) +
                   (hook ? described(*hook) : ""));
}

NftTransaction& NftTransaction::flush_chain(NftFamily family, const std::string& table, const std::string& name) {
    return add(NFT_MSG_DELRULE, 0, family,
               attribute_text(NFTA_RULE_TABLE, table) + attribute_text(NFTA_RULE_CHAIN, name));
}

NftTransaction& NftTransaction::delete_chain(NftFamily family, const std::string& table, const std::string& name) {
    return add(NFT_MSG_DELCHAIN, 0, family,
               attribute_text(NFTA_CHAIN_TABLE, table) + attribute_text(NFTA_CHAIN_NAME, name));
}

NftTransaction& NftTransaction::add_rule(const std::string& table, const std::string& chain, const NftRule& rule) {
    return add(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule.family(),
               attribute_text(NFTA_RULE_TABLE, table) + attribute_text(NFTA_RULE_CHAIN, chain) +
                   attribute_nest(NFTA_RULE_EXPRESSIONS, rule.expressions()));
}

void NftTransaction::commit(Netlink& netfilter, const std::string& what) {
    reinterpret_cast<nlmsghdr*>(messages_.data() + last_)->nlmsg_flags |= NLM_F_ACK;
    const auto answer = netfilter.try_batch(message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, {}) +
                                            messages_ +
                                            message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, {}));
    if (!answer.ok()) throw with_needs(answer.refusal("cannot " + what));
}

}  // namespace jailctl::lifecycle
