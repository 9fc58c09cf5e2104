#include "nft_rule.hpp"

#include <arpa/inet.h>

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include <cstddef>

#include "netlink_attribute.hpp"

namespace jailctl::lifecycle {

namespace {

template <class Number>
std::string bytes_of(Number number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}
std::string be16(std::uint16_t number) { return bytes_of(htons(number)); }
std::string byte(std::uint8_t number) { return bytes_of(number); }
std::string bytes_of_mac(const MacAddress& mac) { return {mac.begin(), mac.end()}; }
std::string bytes_of_address(const Address& address) {
    return {reinterpret_cast<const char*>(address.bytes().data()), address.family() == Address::Family::v4 ? 4U : 16U};
}
std::string attribute_be64(std::uint16_t type, std::uint64_t number) {
    return attribute(type, bytes_of(htonl(static_cast<std::uint32_t>(number >> 32U))) +
                               bytes_of(htonl(static_cast<std::uint32_t>(number))));
}
std::string data(std::uint16_t type, std::string_view value) {
    return attribute_nest(type, attribute(NFTA_DATA_VALUE, value));
}

constexpr std::uint32_t v4_source = 12, v4_destination = 16, v6_hop_limit = 7, v6_source = 8, v6_destination = 24;

}  // namespace

NftRule& NftRule::add(const std::string& name, std::string_view attributes) {
    expressions_ += attribute_nest(NFTA_LIST_ELEM,
                                   attribute_text(NFTA_EXPR_NAME, name) + attribute_nest(NFTA_EXPR_DATA, attributes));
    return *this;
}

NftRule& NftRule::compare(std::string_view value, Is is) {
    return add("cmp", attribute_be32(NFTA_CMP_SREG, NFT_REG_1) +
                          attribute_be32(NFTA_CMP_OP, is == Is::equal ? NFT_CMP_EQ : NFT_CMP_NEQ) +
                          data(NFTA_CMP_DATA, value));
}

NftRule& NftRule::meta(std::uint32_t key, std::string_view value) {
    add("meta", attribute_be32(NFTA_META_KEY, key) + attribute_be32(NFTA_META_DREG, NFT_REG_1));
    return compare(value);
}

NftRule& NftRule::load(std::uint32_t base, std::uint32_t offset, std::size_t size) {
    return add("payload", attribute_be32(NFTA_PAYLOAD_DREG, NFT_REG_1) + attribute_be32(NFTA_PAYLOAD_BASE, base) +
                              attribute_be32(NFTA_PAYLOAD_OFFSET, offset) +
                              attribute_be32(NFTA_PAYLOAD_LEN, static_cast<std::uint32_t>(size)));
}

NftRule& NftRule::payload(std::uint32_t base, std::uint32_t offset, std::string_view value, Is is) {
    load(base, offset, value.size());
    return compare(value, is);
}

NftRule& NftRule::ether_source_is_not(const MacAddress& mac) {
    meta(NFT_META_IIFTYPE, bytes_of<std::uint16_t>(ARPHRD_ETHER));
    return payload(NFT_PAYLOAD_LL_HEADER, offsetof(ethhdr, h_source), bytes_of_mac(mac), Is::different);
}

NftRule& NftRule::ether_type(std::uint16_t type) {
    meta(NFT_META_IIFTYPE, bytes_of<std::uint16_t>(ARPHRD_ETHER));
    return payload(NFT_PAYLOAD_LL_HEADER, offsetof(ethhdr, h_proto), be16(type));
}

NftRule& NftRule::nfproto(Address::Family family) {
    const bool v4 = family == Address::Family::v4;
    if (family_ == NftFamily::netdev) return meta(NFT_META_PROTOCOL, be16(v4 ? ETH_P_IP : ETH_P_IPV6));
    return meta(NFT_META_NFPROTO, byte(v4 ? NFPROTO_IPV4 : NFPROTO_IPV6));
}

NftRule& NftRule::source(const Address& address) {
    nfproto(address.family());
    return payload(NFT_PAYLOAD_NETWORK_HEADER, address.family() == Address::Family::v4 ? v4_source : v6_source,
                   bytes_of_address(address));
}

NftRule& NftRule::source_is_link_local() {
    std::string mask(16, '\0'), prefix = mask;
    mask[0] = '\xff', mask[1] = '\xc0', prefix[0] = '\xfe', prefix[1] = '\x80';
    nfproto(Address::Family::v6);
    load(NFT_PAYLOAD_NETWORK_HEADER, v6_source, mask.size());
    add("bitwise", attribute_be32(NFTA_BITWISE_SREG, NFT_REG_1) + attribute_be32(NFTA_BITWISE_DREG, NFT_REG_1) +
                       attribute_be32(NFTA_BITWISE_LEN, static_cast<std::uint32_t>(mask.size())) +
                       data(NFTA_BITWISE_MASK, mask) + data(NFTA_BITWISE_XOR, std::string(16, '\0')));
    return compare(prefix);
}

NftRule& NftRule::destination_is_no_loopback(Address::Family family) {
    nfproto(family);
    if (family == Address::Family::v4)
        return payload(NFT_PAYLOAD_NETWORK_HEADER, v4_destination, byte(IN_LOOPBACKNET), Is::different);
    return payload(NFT_PAYLOAD_NETWORK_HEADER, v6_destination, bytes_of(in6addr_loopback), Is::different);
}

NftRule& NftRule::destination_is_local() {
    add("fib", attribute_be32(NFTA_FIB_DREG, NFT_REG_1) + attribute_be32(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE) +
                   attribute_be32(NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR));
    return compare(bytes_of<std::uint32_t>(RTN_LOCAL));
}

NftRule& NftRule::arp_source(const MacAddress& mac, const Address& address) {
    meta(NFT_META_PROTOCOL, be16(ETH_P_ARP));
    return payload(NFT_PAYLOAD_NETWORK_HEADER, sizeof(arphdr), bytes_of_mac(mac) + bytes_of_address(address));
}

NftRule& NftRule::hop_limit(std::uint8_t hops) { return payload(NFT_PAYLOAD_NETWORK_HEADER, v6_hop_limit, byte(hops)); }

NftRule& NftRule::icmpv6(std::uint8_t type) {
    meta(NFT_META_L4PROTO, byte(IPPROTO_ICMPV6));
    return payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, byte(type));
}

NftRule& NftRule::neighbour_target(const Address& address) {
    return payload(NFT_PAYLOAD_TRANSPORT_HEADER, 8, bytes_of_address(address));
}

NftRule& NftRule::source_port(std::uint8_t protocol, std::uint16_t port) {
    meta(NFT_META_L4PROTO, byte(protocol));
    return payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, be16(port));
}

NftRule& NftRule::destination_port(std::uint8_t protocol, std::uint16_t port) {
    meta(NFT_META_L4PROTO, byte(protocol));
    return payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, be16(port));
}

NftRule& NftRule::oifname(const std::string& interface) {
    std::string name = interface;
    name.resize(IFNAMSIZ);
    return meta(NFT_META_OIFNAME, name);
}

NftRule& NftRule::limit_over(std::uint64_t bytes_per_second, std::uint32_t burst) {
    return add("limit", attribute_be64(NFTA_LIMIT_RATE, bytes_per_second) + attribute_be64(NFTA_LIMIT_UNIT, 1) +
                            attribute_be32(NFTA_LIMIT_BURST, burst) +
                            attribute_be32(NFTA_LIMIT_TYPE, NFT_LIMIT_PKT_BYTES) +
                            attribute_be32(NFTA_LIMIT_FLAGS, NFT_LIMIT_F_INV));
}

NftRule& NftRule::verdict(std::uint32_t code, const std::string& chain) {
    auto content = attribute_be32(NFTA_VERDICT_CODE, code);
    if (!chain.empty()) content += attribute_text(NFTA_VERDICT_CHAIN, chain);
    return add("immediate", attribute_be32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT) +
                                attribute_nest(NFTA_IMMEDIATE_DATA, attribute_nest(NFTA_DATA_VERDICT, content)));
}

NftRule& NftRule::immediate(std::uint32_t place, std::string_view value) {
    return add("immediate", attribute_be32(NFTA_IMMEDIATE_DREG, place) + data(NFTA_IMMEDIATE_DATA, value));
}

NftRule& NftRule::accept() { return verdict(NF_ACCEPT); }
NftRule& NftRule::drop() { return verdict(NF_DROP); }
NftRule& NftRule::go_to(const std::string& chain) { return verdict(static_cast<std::uint32_t>(NFT_GOTO), chain); }
NftRule& NftRule::masquerade() { return add("masq", {}); }

NftRule& NftRule::dnat(const Address& address, std::uint16_t port) {
    immediate(NFT_REG_1, bytes_of_address(address));
    immediate(NFT_REG_2, be16(port));
    const auto family = address.family() == Address::Family::v4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
    return add("nat", attribute_be32(NFTA_NAT_TYPE, NFT_NAT_DNAT) + attribute_be32(NFTA_NAT_FAMILY, family) +
                          attribute_be32(NFTA_NAT_REG_ADDR_MIN, NFT_REG_1) +
                          attribute_be32(NFTA_NAT_REG_PROTO_MIN, NFT_REG_2) +
                          attribute_be32(NFTA_NAT_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED));
}

}  // namespace jailctl::lifecycle
