#include "guard.hpp"

#include <arpa/inet.h>
#include <netinet/icmp6.h>

#include <linux/if_ether.h>
#include <net/if.h>

#include <algorithm>
#include <map>

#include "addresses.hpp"
#include "jailctl/sdk/text.hpp"
#include "nft_message.hpp"
#include "nft_same.hpp"
#include "nft_transaction.hpp"

namespace jailctl::lifecycle {

namespace {

/// The link-local address the kernel makes of a MAC address (RFC 4291, appendix A).
Address link_local_of(const MacAddress& mac) {
    const auto pair = [&](unsigned a, unsigned b) {
        const char bytes[] = {static_cast<char>(a), static_cast<char>(b)};
        return hex(std::string_view(bytes, 2));
    };
    return Address::parse("[fe80::" + pair(mac[0] ^ 2U, mac[1]) + ":" + pair(mac[2], 0xff) + ":" + pair(0xfe, mac[3]) +
                          ":" + pair(mac[4], mac[5]) + "]");
}

constexpr auto from_jail = "from_jail", v6_of_jail = "v6_of_jail";
constexpr std::uint32_t ingress = NF_NETDEV_INGRESS;
constexpr std::uint8_t solicitation = ND_NEIGHBOR_SOLICIT, advertisement = ND_NEIGHBOR_ADVERT;
constexpr std::uint8_t router_advertisement = ND_ROUTER_ADVERT, redirection = ND_REDIRECT;
constexpr std::uint8_t multicast_report = 143;  // MLDv2, RFC 3810; netinet/icmp6.h knows version 1 alone

/// The rules of one jail, by their chains.
class Guard {
public:
    Guard(const VethPair& pair, const std::vector<Address>& addresses, GuardPlace place)
        : pair_(pair),
          addresses_(addresses) {
        drop_foreign_frames();
        if (place == GuardPlace::bridge) drop_dhcp_servers();
        for (const auto& address : addresses_)
            if (address.family() == Address::Family::v4) accept_v4(address);
        if (!has_ipv6(addresses_)) return;
        if (place == GuardPlace::router) accept_v6_at_router();
        else accept_v6_on_bridge();
    }
    [[nodiscard]] const std::map<std::string, std::vector<NftRule>>& rules() const noexcept { return rules_; }

private:
    static NftRule rule() { return NftRule(NftFamily::netdev); }
    void add(const NftRule& rule, const char* chain = from_jail) { rules_[chain].push_back(rule); }

    void drop_foreign_frames() {
        add(rule().ether_source_is_not(pair_.jail_mac).drop());
        // The kernel looks into frames of a VLAN as if the tag were not there.
        for (const auto tagged : std::initializer_list<std::uint16_t>{ETH_P_8021Q, ETH_P_8021AD})
            add(rule().ether_type(tagged).drop());
    }

    void drop_dhcp_servers() {
        for (const auto port : std::initializer_list<std::uint16_t>{67, 547})
            add(rule().source_port(IPPROTO_UDP, port).drop());
    }

    void accept_v4(const Address& address) {
        add(rule().source(address).accept());
        add(rule().arp_source(pair_.jail_mac, address).accept());
    }

    void accept_v6_at_router() {
        for (const auto& address : addresses_)
            if (address.family() == Address::Family::v6) add(rule().source(address).accept());
        for (const auto type : {solicitation, advertisement})
            add(rule().source_is_link_local().hop_limit(255).icmpv6(type).accept());
    }

    void accept_v6_on_bridge() {
        const auto nobody = Address::parse("[::]");
        const auto own = v6_addresses();
        for (const auto& address : own)
            add(rule().source(nobody).icmpv6(solicitation).neighbour_target(address).accept());
        add(rule().source(nobody).icmpv6(multicast_report).accept());
        for (const auto& address : own) add(rule().source(address).go_to(v6_of_jail));

        for (const auto type : {router_advertisement, redirection})
            add(rule().nfproto(Address::Family::v6).icmpv6(type).drop(), v6_of_jail);
        for (const auto& address : own)
            add(rule().nfproto(Address::Family::v6).icmpv6(advertisement).neighbour_target(address).accept(),
                v6_of_jail);
        add(rule().nfproto(Address::Family::v6).icmpv6(advertisement).drop(), v6_of_jail);
        add(rule().accept(), v6_of_jail);
    }

    [[nodiscard]] std::vector<Address> v6_addresses() const {
        std::vector<Address> own{link_local_of(pair_.jail_mac)};
        for (const auto& address : addresses_)
            if (address.family() == Address::Family::v6) own.push_back(address);
        return own;
    }

    const VethPair& pair_;
    const std::vector<Address>& addresses_;
    std::map<std::string, std::vector<NftRule>> rules_;
};

NftHook hook_of(const VethPair& pair) { return {"filter", ingress, -500, pair.host_name, true}; }

/// All of a kind in the table of the link. @param table  the attribute that names it
template <class Each>
void each_in(Netlink& netfilter, std::uint16_t kind, std::uint16_t table, const std::string& link, Each&& each) {
    NetlinkMessage question(nft_message(kind), NLM_F_DUMP);
    auto& header = question.family<nfgenmsg>();
    header.nfgen_family = NFPROTO_NETDEV;
    header.version = NFNETLINK_V0;
    question.put(table, link);
    (void)netfilter.ask(question, [&](const nlmsghdr& one) {
        const NetlinkAttributes<8> found(one, sizeof header);
        if (found.text(table) == link) each(found);
    });
}

/// What the kernel has, chain by chain.
std::map<std::string, std::vector<std::string>> rules_in(Netlink& netfilter, const std::string& link) {
    std::map<std::string, std::vector<std::string>> rules;
    each_in(netfilter, NFT_MSG_GETRULE, NFTA_RULE_TABLE, link, [&](const auto& rule) {
        rules[rule.text(NFTA_RULE_CHAIN)].push_back(rule.bytes(NFTA_RULE_EXPRESSIONS));
    });
    return rules;
}

/// A table that was put to sleep holds nothing.
bool is_awake(Netlink& netfilter, const std::string& link) {
    bool awake = false;
    each_in(netfilter, NFT_MSG_GETTABLE, NFTA_TABLE_NAME, link, [&](const auto& table) {
        awake = (ntohl(table.number(NFTA_TABLE_FLAGS)) & NFT_TABLE_F_DORMANT) == 0;
    });
    return awake;
}

/// Sees what comes out of the interface of that index, whatever it is called by now, before all
/// others, and drops the rest.
bool is_hooked(Netlink& netfilter, const VethPair& pair, int index) {
    static_assert(NFTA_CHAIN_POLICY <= 8 && NFTA_RULE_EXPRESSIONS <= 8);
    const NftHook hook = hook_of(pair);
    char device[IF_NAMESIZE] = {};
    if (::if_indextoname(static_cast<unsigned>(index), device) == nullptr) return false;
    bool hooked = false;
    each_in(netfilter, NFT_MSG_GETCHAIN, NFTA_CHAIN_TABLE, pair.host_name, [&](const auto& chain) {
        if (chain.text(NFTA_CHAIN_NAME) != from_jail || !chain.at[NFTA_CHAIN_HOOK]) return;
        const NetlinkAttributes<NFTA_HOOK_MAX> place(*chain.at[NFTA_CHAIN_HOOK]);
        hooked = ntohl(chain.number(NFTA_CHAIN_POLICY)) == NF_DROP &&
                 ntohl(place.number(NFTA_HOOK_HOOKNUM)) == hook.number &&
                 ntohl(place.number(NFTA_HOOK_PRIORITY)) == static_cast<std::uint32_t>(hook.priority) &&
                 place.text(NFTA_HOOK_DEV) == device;
    });
    return hooked;
}

bool are_same(const std::vector<NftRule>& sent, const std::vector<std::string>& told) {
    return std::ranges::equal(sent, told, [](const NftRule& one, const std::string& other) {
        return is_same_rule(one.expressions(), other);
    });
}

}  // namespace

void put_up_guard(const JailName& jail, const std::vector<Address>& addresses, GuardPlace place) {
    const auto pair = veth_of(jail);
    Netlink netfilter(NETLINK_NETFILTER);
    NftTransaction transaction;
    // Not into what is there: the kernel keeps a chain whose link is gone, with the addresses of another jail perhaps.
    transaction.replace_table(netfilter, NftFamily::netdev, pair.host_name);
    const Guard guard(pair, addresses, place);
    const NftHook hook = hook_of(pair);
    for (const auto& [chain, rules] : guard.rules())
        transaction.add_chain(NftFamily::netdev, pair.host_name, chain, chain == from_jail ? &hook : nullptr);
    for (const auto& [chain, rules] : guard.rules())
        for (const auto& rule : rules) transaction.add_rule(pair.host_name, chain, rule);
    transaction.commit(netfilter, "guard the source addresses of jail " + jail.text());
}

GuardState guard_state(const JailName& jail, int index, const std::vector<Address>& addresses, GuardPlace place) {
    const auto pair = veth_of(jail);
    Netlink netfilter(NETLINK_NETFILTER);
    const auto told = rules_in(netfilter, pair.host_name);
    if (!told.contains(from_jail)) return GuardState::missing;
    const Guard guard(pair, addresses, place);
    const bool same = std::ranges::all_of(guard.rules(), [&](const auto& chain) {
        const auto found = told.find(chain.first);
        return found != told.end() && are_same(chain.second, found->second);
    });
    return same && is_awake(netfilter, pair.host_name) && is_hooked(netfilter, pair, index) ? GuardState::whole
                                                                                            : GuardState::altered;
}

std::vector<std::string> rules_of_chain(const std::string& link, const std::string& chain) {
    Netlink netfilter(NETLINK_NETFILTER);
    return rules_in(netfilter, link)[chain];
}

void take_down_rules(const JailName& jail) {
    const auto name = veth_of(jail).host_name;
    NftTransaction transaction;
    for (const auto family : {NftFamily::netdev, NftFamily::inet}) transaction.delete_table(family, name);
    try {
        Netlink netfilter(NETLINK_NETFILTER);
        transaction.commit(netfilter, "delete the rules of jail " + jail.text());
    } catch (const Error& error) {
        if (error.code() != Errc::unsupported) throw;
    }
}

}  // namespace jailctl::lifecycle
