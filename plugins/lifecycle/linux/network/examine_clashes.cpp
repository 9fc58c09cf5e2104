#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <map>

#include "addresses.hpp"
#include "bridge_plan.hpp"
#include "examine_network.hpp"
#include "jailctl/sdk/text.hpp"
#include "links.hpp"
#include "preconditions.hpp"
#include "probe.hpp"
#include "routes.hpp"
#include "nft_transaction.hpp"

namespace jailctl::lifecycle {

namespace {

/// Jails that join the network of one interface, with the first of them for messages.
struct Joining {
    const Jail* first = nullptr;
    const Jail* first_with_ipv6 = nullptr;
    std::map<std::string, const Jail*> addresses;  ///< by their text
    std::vector<std::string> own{};                ///< MAC addresses of those that answer for themselves
};

bool runs(const NetworkSight& sight, const Jail& jail) {
    const KnownRun* run = sight.run_of(jail.name.key());
    return run != nullptr && is_joined_here(*run);
}

std::map<std::string, Joining> by_interface(const Configuration& configuration, const NetworkSight& sight) {
    std::map<std::string, Joining> joining;
    for (const Jail& jail : configuration.jails) {
        if (const bool routed = wants_routed(jail); !routed && interface_for(jail).empty()) continue;
        Joining& one = joining[interface_for(jail)];
        if (one.first == nullptr) one.first = &jail;
        if (one.first_with_ipv6 == nullptr && wants_routed(jail) && has_ipv6(jail.addresses))
            one.first_with_ipv6 = &jail;
        const auto mac = veth_of(jail.name).jail_mac;
        if (!wants_routed(jail) && runs(sight, jail)) one.own.emplace_back(mac.begin(), mac.end());
        for (const auto& address : jail.addresses) one.addresses.emplace(address.text(), &jail);
    }
    return joining;
}

Finding clash(const Jail& jail, const Address& address, const std::string& who, const std::string& hint) {
    return {"address-clash", jail.name.text(), "address " + address.text() + " of jail " + jail.name.text() + " " + who,
            hint};
}

void look_at_host(const Examination& examination, NetworkSight& sight) {
    std::map<std::string, int> held;
    for (const auto& [address, interface] : held_addresses(sight.netlink)) held.emplace(address.text(), interface);
    for (const Jail& jail : examination.invocation.configuration().jails) {
        if (interface_for(jail).empty()) continue;
        const Link* own = sight.link(veth_of(jail.name).host_name);
        for (const auto& address : jail.addresses) {
            if (const auto at = held.find(address.text()); at != held.end()) {
                examination.diagnosis.add(clash(jail, address,
                                                "belongs to the host: it is on " + described(sight.netlink, at->second),
                                                "give the jail another in JAILS, or take this one off the host"));
                continue;
            }
            const auto match = match_route(sight.netlink, address);
            if (match && match->exact && match->type == RTN_UNICAST &&
                (own == nullptr || match->interface != own->index))
                examination.diagnosis.add(
                    clash(jail, address, "is routed to " + described(sight.netlink, match->interface),
                          "another jail, perhaps of another configuration, has it: 'ip route get " + address.text() +
                              "' shows where"));
        }
    }
}

/// Asks again without the one that was answered for, so that each is told; a network of many clashes is told in part.
void ask_network(const Examination& examination, NetworkSight& sight, const Link& uplink, const Joining& joining) {
    constexpr int answers = 8;
    std::vector<Address> asked;
    for (const auto& [text, jail] : joining.addresses) asked.push_back(Address::parse_bare(text));
    for (int i = 0; i < answers && !asked.empty(); ++i) {
        const auto answer = probe(uplink, first_address(sight.netlink, uplink.index), asked, joining.own);
        if (!answer) return;
        examination.diagnosis.add(clash(*joining.addresses.at(answer->address.text()), answer->address,
                                        "is in use by " + mac_text(answer->mac) + " on the network of " + uplink.name,
                                        "give the jail another in JAILS, or take this one off that machine"));
        std::erase(asked, answer->address);
    }
}

/// @param make  throws what a start would be refused for
template <class Make>
void told(Diagnosis& diagnosis, const std::string& code, Make make) {
    try {
        make();
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        diagnosis.add({code, "", error.what(), error.hint()});
    }
}

void look_at_interface(const Examination& examination, NetworkSight& sight, const Joining& joining) {
    Diagnosis& diagnosis = examination.diagnosis;
    told(diagnosis, "interface-missing", [&] {
        const Link uplink = wants_routed(*joining.first) ? require_uplink(sight.netlink, *joining.first)
                                                         : require_bridge(sight.netlink, *joining.first);
        if (joining.first_with_ipv6) told(diagnosis, "host-ipv6", [&] { require_ipv6(uplink); });
        if (!(uplink.flags & IFF_UP))
            diagnosis.add({"interface-down", "", "interface " + uplink.name + ", whose network the jails join, is down",
                           "'ip link set " + shell_word(uplink.name) + " up'"});
        if (can_probe(uplink)) ask_network(examination, sight, uplink, joining);
    });
}

}  // namespace

void look_for_clashes(const Examination& examination, NetworkSight& sight) {
    Diagnosis& diagnosis = examination.diagnosis;
    const auto joining = by_interface(examination.invocation.configuration(), sight);
    if (joining.empty()) return;
    told(diagnosis, "host-nftables", [] { require_nftables(); });
    diagnosis.check("the addresses of this host", [&] { look_at_host(examination, sight); });
    for (const auto& [interface, jails] : joining) look_at_interface(examination, sight, jails);
}

void examine_network(const Examination& examination, const std::vector<KnownRun>& runs) {
    examination.diagnosis.check("the network", [&] {
        NetworkSight sight{runs};
        look_for_network_leftovers(examination, sight);
        look_for_losses(examination, sight);
        look_for_clashes(examination, sight);
    });
}

}  // namespace jailctl::lifecycle
