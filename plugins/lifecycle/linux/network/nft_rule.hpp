#pragma once

#include <netinet/in.h>

#include <linux/netfilter.h>  // after the other, which defines what it finds missing

#include <cstdint>
#include <string>
#include <string_view>

#include "jailctl/sdk/jail.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// Families of tables, by the names nft(8) has for them: `inet` sees what is addressed, routed or sent by this host,
/// `netdev` what comes out of one interface, before all else.
enum class NftFamily : std::uint8_t { inet = NFPROTO_INET, netdev = NFPROTO_NETDEV };

/// One rule of nftables: matches, all of which must hold, and what is done then. Encoded as linux/netfilter/nf_tables.h
/// has it, and as nft(8) does it, so that `nft list` shows it in the words of that page; they stand beside each match.
class NftRule {
public:
    explicit NftRule(NftFamily family) : family_(family) {}

    NftRule& ether_source_is_not(const MacAddress& mac);          ///< ether saddr != MAC
    NftRule& ether_type(std::uint16_t type);                      ///< ether type 8021q
    /// Meta nfproto ipv4; of netdev, which does not know that: meta protocol ip.
    NftRule& nfproto(Address::Family family);
    NftRule& source(const Address& address);                      ///< ip saddr 192.0.2.7
    NftRule& source_is_link_local();                              ///< ip6 saddr fe80::/10
    NftRule& destination_is_no_loopback(Address::Family family);  ///< ip daddr != 127.0.0.0/8, ip6 daddr != ::1
    NftRule& destination_is_local();                              ///< fib daddr type local
    NftRule& arp_source(const MacAddress& mac, const Address& address);  ///< arp saddr ether MAC arp saddr ip 192.0.2.7
    NftRule& hop_limit(std::uint8_t hops);                        ///< ip6 hoplimit 255
    NftRule& icmpv6(std::uint8_t type);                           ///< icmpv6 type nd-neighbor-solicit
    /// @th,64,128: whom neighbour discovery speaks of, RFC 4861
    NftRule& neighbour_target(const Address& address);
    NftRule& source_port(std::uint8_t protocol, std::uint16_t port);       ///< udp sport 67
    NftRule& destination_port(std::uint8_t protocol, std::uint16_t port);  ///< tcp dport 8080
    NftRule& oifname(const std::string& interface);             ///< oifname "eth0"
    /// Limit rate over ... burst ..., in bytes.
    NftRule& limit_over(std::uint64_t bytes_per_second, std::uint32_t burst);

    NftRule& accept();
    NftRule& drop();
    NftRule& go_to(const std::string& chain);
    NftRule& masquerade();
    NftRule& dnat(const Address& address, std::uint16_t port);  ///< dnat ip to 192.0.2.7:80

    [[nodiscard]] NftFamily family() const noexcept { return family_; }
    /// What NFTA_RULE_EXPRESSIONS holds.
    [[nodiscard]] const std::string& expressions() const noexcept { return expressions_; }

private:
    enum class Is { equal, different };
    NftRule& add(const std::string& name, std::string_view attributes);
    NftRule& compare(std::string_view value, Is is = Is::equal);
    NftRule& meta(std::uint32_t key, std::string_view value);
    NftRule& payload(std::uint32_t base, std::uint32_t offset, std::string_view value, Is is = Is::equal);
    NftRule& load(std::uint32_t base, std::uint32_t offset, std::size_t size);
    NftRule& verdict(std::uint32_t code, const std::string& chain = {});
    NftRule& immediate(std::uint32_t place, std::string_view value);

    NftFamily family_;
    std::string expressions_;
};

}  // namespace jailctl::lifecycle
