#include "guard.hpp"

#include <netinet/icmp6.h>

#include <linux/if_ether.h>

#include "addresses.hpp"
#include "jailctl/sdk/text.hpp"
#include "nft_message.hpp"
#include "nft_transaction.hpp"

namespace jailctl::lifecycle {

namespace {

/// The link-local address the kernel makes of a MAC address (RFC 4291, appendix A).
Address link_local_of(const MacAddress& mac) {
    const auto pair = [&](unsigned a, unsigned b) {
        const char bytes[] = {static_cast<char>(a), static_cast<char>(b)};
        return hex(std::string_view(bytes, 2));
    };
    return Address::parse("[fe80::" + pair(mac[0] ^ 2U, mac[1]) + ":" + pair(mac[2], 0xff) + ":" + pair(0xfe, mac[3]) + ":" +
                          pair(mac[4], mac[5]) + "]");
}

constexpr auto from_jail = "from_jail", v6_of_jail = "v6_of_jail";
constexpr std::uint32_t ingress = NF_NETDEV_INGRESS;
constexpr std::uint8_t solicitation = ND_NEIGHBOR_SOLICIT, advertisement = ND_NEIGHBOR_ADVERT;
constexpr std::uint8_t router_advertisement = ND_ROUTER_ADVERT, redirection = ND_REDIRECT;
constexpr std::uint8_t multicast_report = 143;  // MLDv2, RFC 3810; netinet/icmp6.h knows version 1 alone

/// The chains of one jail being written into a transaction.
class Guard {
public:
    Guard(NftTransaction& transaction, const VethPair& pair, const std::vector<Address>& addresses)
        : transaction_(transaction), pair_(pair), addresses_(addresses) {}

    void write(GuardPlace place) {
        const NftHook hook{"filter", ingress, -500, pair_.host_name, true};
        transaction_.add_chain(NftFamily::netdev, pair_.host_name, from_jail, &hook);
        drop_foreign_frames();
        if (place == GuardPlace::bridge) drop_dhcp_servers();
        for (const auto& address : addresses_)
            if (address.family() == Address::Family::v4) accept_v4(address);
        if (!has_ipv6(addresses_)) return;
        if (place == GuardPlace::router) accept_v6_at_router();
        else accept_v6_on_bridge();
    }

private:
    static NftRule rule() { return NftRule(NftFamily::netdev); }
    void add(const NftRule& rule, const char* chain = from_jail) { transaction_.add_rule(pair_.host_name, chain, rule); }

    void drop_foreign_frames() {
        add(rule().ether_source_is_not(pair_.jail_mac).drop());
        // The kernel looks into frames of a VLAN as if the tag were not there.
        for (const auto tagged : std::initializer_list<std::uint16_t>{ETH_P_8021Q, ETH_P_8021AD}) add(rule().ether_type(tagged).drop());
    }

    void drop_dhcp_servers() {
        for (const auto port : std::initializer_list<std::uint16_t>{67, 547}) add(rule().source_port(IPPROTO_UDP, port).drop());
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
        transaction_.add_chain(NftFamily::netdev, pair_.host_name, v6_of_jail);
        for (const auto& address : own)
            add(rule().source(nobody).icmpv6(solicitation).neighbour_target(address).accept());
        add(rule().source(nobody).icmpv6(multicast_report).accept());
        for (const auto& address : own) add(rule().source(address).go_to(v6_of_jail));

        for (const auto type : {router_advertisement, redirection})
            add(rule().nfproto(Address::Family::v6).icmpv6(type).drop(), v6_of_jail);
        for (const auto& address : own)
            add(rule().nfproto(Address::Family::v6).icmpv6(advertisement).neighbour_target(address).accept(), v6_of_jail);
        add(rule().nfproto(Address::Family::v6).icmpv6(advertisement).drop(), v6_of_jail);
        add(rule().accept(), v6_of_jail);
    }

    [[nodiscard]] std::vector<Address> v6_addresses() const {
        std::vector<Address> own{link_local_of(pair_.jail_mac)};
        for (const auto& address : addresses_)
            if (address.family() == Address::Family::v6) own.push_back(address);
        return own;
    }

    NftTransaction& transaction_;
    const VethPair& pair_;
    const std::vector<Address>& addresses_;
};

}  // namespace

void put_up_guard(const JailName& jail, const std::vector<Address>& addresses, GuardPlace place) {
    const auto pair = veth_of(jail);
    Netlink netfilter(NETLINK_NETFILTER);
    NftTransaction transaction;
    // Not into what is there: the kernel keeps a chain whose link is gone, with the addresses of another jail perhaps.
    transaction.replace_table(netfilter, NftFamily::netdev, pair.host_name);
    Guard(transaction, pair, addresses).write(place);
    transaction.commit(netfilter, "guard the source addresses of jail " + jail.text());
}

bool has_guard(const std::string& link) {
    Netlink netfilter(NETLINK_NETFILTER);
    NetlinkMessage question(nft_message(NFT_MSG_GETRULE), NLM_F_DUMP);
    auto& header = question.family<nfgenmsg>();
    header.nfgen_family = NFPROTO_NETDEV;
    header.version = NFNETLINK_V0;
    question.put(NFTA_RULE_TABLE, link).put(NFTA_RULE_CHAIN, std::string(from_jail));
    bool found = false;
    (void)netfilter.ask(question, [&](const nlmsghdr& one) {
        const NetlinkAttributes<NFTA_RULE_CHAIN> rule(one, sizeof header);
        found = found || (rule.text(NFTA_RULE_TABLE) == link && rule.text(NFTA_RULE_CHAIN) == from_jail);
    });
    return found;
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
