#pragma once

#include <netinet/in.h>

#include <linux/netfilter.h>  // after the other, which defines what it finds missing

#include <cstdint>
#include <string>
#include <string_view>

#include "jailctl/sdk/jail.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// An attribute of netlink as bytes, for messages whose parts are made apart from each other. @param content  up to 64 KiB
[[nodiscard]] std::string attribute(std::uint16_t type, std::string_view content);
[[nodiscard]] std::string attribute_text(std::uint16_t type, const std::string& text);
/// In network byte order, which nf_tables has for its own numbers.
[[nodiscard]] std::string attribute_be32(std::uint16_t type, std::uint32_t number);
[[nodiscard]] std::string attribute_nest(std::uint16_t type, std::string_view attributes);

/// Families of tables, by the names nft(8) has for them: `inet` sees what is addressed, routed or sent by this host,
/// `netdev` what comes out of one interface, before all else.
enum class RuleFamily : std::uint8_t { inet = NFPROTO_INET, netdev = NFPROTO_NETDEV };

/// One rule of nftables: matches, all of which must hold, and what is done then. Encoded as linux/netfilter/nf_tables.h has
/// it, and as nft(8) does it, so that `nft list` shows it in the words of that page; they stand beside each match.
class Rule {
public:
    explicit Rule(RuleFamily family) : family_(family) {}

    Rule& ether_source_is_not(const MacAddress& mac);          ///< ether saddr != MAC
    Rule& ether_type(std::uint16_t type);                      ///< ether type 8021q
    Rule& version(Address::Family family);                     ///< meta nfproto ipv4, or meta protocol ip where that is unknown
    Rule& source(const Address& address);                      ///< ip saddr 192.0.2.7
    Rule& source_is_link_local();                              ///< ip6 saddr fe80::/10
    Rule& destination_is_no_loopback(Address::Family family);  ///< ip daddr != 127.0.0.0/8, ip6 daddr != ::1
    Rule& destination_is_local();                              ///< fib daddr type local
    Rule& arp_source(const MacAddress& mac, const Address& address);  ///< arp saddr ether MAC arp saddr ip 192.0.2.7
    Rule& hop_limit(std::uint8_t hops);                        ///< ip6 hoplimit 255
    Rule& icmpv6(std::uint8_t type);                           ///< icmpv6 type nd-neighbor-solicit
    Rule& neighbour_target(const Address& address);            ///< @th,64,128: whom neighbour discovery speaks of, RFC 4861
    Rule& source_port(std::uint8_t protocol, std::uint16_t port);       ///< udp sport 67
    Rule& destination_port(std::uint8_t protocol, std::uint16_t port);  ///< tcp dport 8080
    Rule& leaves_by(const std::string& interface);             ///< oifname "eth0"
    Rule& is_beyond(std::uint64_t bytes_per_second, std::uint32_t burst);  ///< limit rate over ... burst ..., in bytes

    Rule& accept();
    Rule& drop();
    Rule& go_to(const std::string& chain);
    Rule& masquerade();
    Rule& redirect_to(const Address& address, std::uint16_t port);  ///< dnat ip to 192.0.2.7:80

    [[nodiscard]] RuleFamily family() const noexcept { return family_; }
    /// What NFTA_RULE_EXPRESSIONS holds.
    [[nodiscard]] const std::string& expressions() const noexcept { return expressions_; }

private:
    enum class Is { equal, different };
    Rule& add(const std::string& name, std::string_view attributes);
    Rule& compare(std::string_view value, Is is = Is::equal);
    Rule& meta(std::uint32_t key, std::string_view value);
    Rule& payload(std::uint32_t base, std::uint32_t offset, std::string_view value, Is is = Is::equal);
    Rule& load(std::uint32_t base, std::uint32_t offset, std::size_t size);
    Rule& verdict(std::uint32_t code, const std::string& chain = {});
    Rule& immediate(std::uint32_t place, std::string_view value);

    RuleFamily family_;
    std::string expressions_;
};

}  // namespace jailctl::lifecycle
