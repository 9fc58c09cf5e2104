#include "guard.hpp"

#include "jailctl/sdk/text.hpp"
#include "rules.hpp"

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

/// As a number, for what nft reads from a packet by place and length.
std::string number_of(const Address& address) {
    return "0x" + hex(std::string_view(reinterpret_cast<const char*>(address.bytes().data()), 16));
}

using Text = std::string (*)(const Address&);
std::string text_of(const Address& address) { return address.text(); }

/// "{ 192.0.2.7, 192.0.2.8 }" of one family; empty if the jail has none of it.
std::string set_of(const std::vector<Address>& addresses, Address::Family family, Text text = text_of) {
    std::string members;
    for (const auto& address : addresses) {
        if (address.family() == family) members += (members.empty() ? "" : ", ") + text(address);
    }
    return members.empty() ? members : "{ " + members + " }";
}

std::string rules_at_router(const std::string& v6) {
    return "  ip6 saddr " + v6 + " accept\n  ip6 saddr fe80::/10 ip6 hoplimit 255 icmpv6 type "
           "{ nd-neighbor-solicit, nd-neighbor-advert } accept\n";
}

/// The target of a solicitation or advertisement stands 64 bits after the beginning of ICMPv6; nft 1.0.6 has no word for it.
std::string rules_on_bridge(std::vector<Address> addresses, const MacAddress& mac) {
    addresses.push_back(link_local_of(mac));
    const auto own = set_of(addresses, Address::Family::v6);
    const std::string target = " @th,64,128 ", numbers = set_of(addresses, Address::Family::v6, number_of);
    return "  ip6 saddr :: icmpv6 type nd-neighbor-solicit" + target + numbers + " accept\n"
           "  ip6 saddr :: icmpv6 type mld2-listener-report accept\n"
           "  ip6 saddr != " + own + " drop\n"
           "  icmpv6 type { nd-router-advert, nd-redirect } drop\n"
           "  icmpv6 type nd-neighbor-advert" + target + "!= " + numbers + " drop\n"
           "  meta protocol ip6 accept\n";
}

}  // namespace

std::string guard_script(const VethPair& pair, const std::vector<Address>& addresses, GuardPlace place) {
    const bool bridged = place == GuardPlace::bridge;
    const auto mac = mac_text(std::string(pair.jail_mac.begin(), pair.jail_mac.end()));
    const auto v4 = set_of(addresses, Address::Family::v4);
    const auto v6 = set_of(addresses, Address::Family::v6);
    std::string script = "table netdev " + pair.host_name + " {\n chain from_jail {\n  type filter hook ingress device \"" +
                         pair.host_name + "\" priority -500; policy drop;\n  ether saddr != " + mac + " drop\n" +
                         "  ether type { 8021q, 8021ad } drop\n";  // the kernel looks into them as if the tag were not there
    if (bridged) script += "  udp sport { 67, 547 } drop\n";
    if (!v4.empty()) {
        script += "  ip saddr " + v4 + " accept\n  arp saddr ether " + mac + " arp saddr ip " + v4 + " accept\n";
    }
    if (!v6.empty()) script += bridged ? rules_on_bridge(addresses, pair.jail_mac) : rules_at_router(v6);
    return script + " }\n}\n";
}

void put_up_guard(const JailName& jail, const std::vector<Address>& addresses, GuardPlace place) {
    const auto pair = veth_of(jail);
    run_rules(guard_script(pair, addresses, place), "guard the source addresses of jail " + jail.text());
}

void put_back_guard(const JailName& jail, const std::vector<Address>& addresses, GuardPlace place) {
    const auto pair = veth_of(jail);
    const auto table = "table netdev " + pair.host_name + "\n";
    run_rules("add " + table + "delete " + table + guard_script(pair, addresses, place), "guard the source addresses of jail " + jail.text());
}

void take_down_rules(const JailName& jail) {
    const auto name = veth_of(jail).host_name;
    std::string script;
    for (const std::string family : {"netdev ", "inet "}) {  // added first: deleting what is not there is an error
        script += "add table " + family + name + "\ndelete table " + family + name + "\n";
    }
    run_rules(script, "delete the rules of jail " + jail.text());
}

}  // namespace jailctl::lifecycle
