#include "guard.hpp"

#include "rules.hpp"

namespace jailctl::lifecycle {

namespace {

/// "{ 192.0.2.7, 192.0.2.8 }" of one family; empty if the jail has none of it.
std::string set_of(const std::vector<Address>& addresses, Address::Family family) {
    std::string members;
    for (const auto& address : addresses) {
        if (address.family() == family) members += (members.empty() ? "" : ", ") + address.text();
    }
    return members.empty() ? members : "{ " + members + " }";
}

}  // namespace

std::string guard_script(const VethPair& pair, const std::vector<Address>& addresses) {
    const auto mac = mac_text(std::string(pair.jail_mac.begin(), pair.jail_mac.end()));
    const auto v4 = set_of(addresses, Address::Family::v4), v6 = set_of(addresses, Address::Family::v6);
    std::string script = "table netdev " + pair.host_name + " {\n chain from_jail {\n  type filter hook ingress device \"" +
                         pair.host_name + "\" priority -500; policy drop;\n  ether saddr != " + mac + " drop\n";
    if (!v4.empty()) {
        script += "  ip saddr " + v4 + " accept\n  arp saddr ether " + mac + " arp saddr ip " + v4 + " accept\n";
    }
    if (!v6.empty()) {
        script += "  ip6 saddr " + v6 + " accept\n  ip6 saddr fe80::/10 ip6 hoplimit 255 icmpv6 type "
                  "{ nd-neighbor-solicit, nd-neighbor-advert } accept\n";
    }
    return script + " }\n}\n";
}

void put_up_guard(const JailName& jail, const std::vector<Address>& addresses) {
    const auto pair = veth_of(jail);
    run_rules(guard_script(pair, addresses), "guard the source addresses of jail " + jail.text());
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
