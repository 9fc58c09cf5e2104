#include "forward.hpp"

#include <algorithm>

#include "host_end.hpp"
#include "host_ports.hpp"
#include "jailctl/sdk/text.hpp"
#include "nft_transaction.hpp"
#include "routes.hpp"

namespace jailctl::lifecycle {

namespace {

PortForward parse_forward(const std::string& word) {
    const auto first = word.find(':'), second = word.find(':', first + 1);
    const auto protocol = word.substr(0, first);
    if ((protocol != "tcp" && protocol != "udp") || first == std::string::npos || second == std::string::npos) {
        throw Error(Errc::invalid, "'" + escape_name(word) + "' is no port forward: tcp:HOSTPORT:JAILPORT or "
                                   "udp:HOSTPORT:JAILPORT, such as tcp:8080:80");
    }
    const auto port = [](const std::string& text) { return static_cast<std::uint16_t>(parse_number(text, 1, 65535)); };
    return {protocol, port(word.substr(first + 1, second - first - 1)), port(word.substr(second + 1))};
}

NftRule rule() { return NftRule(NftFamily::inet); }

NftRule sent_to(NftRule rule, const PortForward& forward) {
    const std::uint8_t protocol = forward.protocol == "tcp" ? IPPROTO_TCP : IPPROTO_UDP;
    return rule.destination_is_local().destination_port(protocol, forward.host_port);
}

/// NAT and FORWARD of one jail being written into a transaction.
class Translation {
public:
    Translation(Netlink& netfilter, NftTransaction& transaction, std::string link,
                const std::vector<Address>& addresses)
        : transaction_(transaction),
          link_(std::move(link)),
          addresses_(addresses) {
        transaction_.replace_table(netfilter, NftFamily::inet, link_);
        const NftHook hook{"nat", NF_INET_POST_ROUTING, 100};
        transaction_.add_chain(NftFamily::inet, link_, leaving, &hook);
    }

    void masquerade(const std::vector<Address>& addresses, const std::string& out) {
        for (const auto& address : addresses)
            transaction_.add_rule(link_, leaving, rule().oifname(out).source(address).masquerade());
    }

    void redirect(const std::vector<PortForward>& forwards) {
        if (!forwards.empty()) masquerade(addresses_, link_);  // the jail by the host's port to itself
        redirect_in(arriving, NF_INET_PRE_ROUTING, forwards,
                    [](Address::Family family) { return rule().nfproto(family); });
        // What the host sends to itself by the loopback has a source that leads nowhere from a jail.
        redirect_in("from_host", NF_INET_LOCAL_OUT, forwards,
                    [](Address::Family family) { return rule().destination_is_no_loopback(family); });
    }

private:
    static constexpr auto leaving = "leaving", arriving = "arriving";

    /// One rule per family the jail has: to its first address of it.
    void redirect_in(const char* chain, std::uint32_t place, const std::vector<PortForward>& forwards,
                     NftRule (*matching)(Address::Family)) {
        const NftHook hook{"nat", place, -100};
        transaction_.add_chain(NftFamily::inet, link_, chain, &hook);
        for (const auto& forward : forwards) {
            for (const auto family : {Address::Family::v4, Address::Family::v6}) {
                const auto to = std::ranges::find(addresses_, family, &Address::family);
                if (to == addresses_.end()) continue;
                transaction_.add_rule(link_, chain, sent_to(matching(family), forward).dnat(*to, forward.jail_port));
            }
        }
    }

    NftTransaction& transaction_;
    std::string link_;
    const std::vector<Address>& addresses_;
};

}  // namespace

std::string port_text(const PortForward& forward) {
    return "port " + std::to_string(forward.host_port) + "/" + forward.protocol + " of the host";
}

bool is_same_port(const PortForward& a, const PortForward& b) noexcept {
    return a.protocol == b.protocol && a.host_port == b.host_port;
}

NftRule arriving_at(const PortForward& forward, Address::Family family) {
    return sent_to(rule().nfproto(family), forward);
}

std::vector<PortForward> parse_forwards(std::string_view text) {
    std::vector<PortForward> forwards;
    for (const auto& word : split_words(text)) {
        auto one = parse_forward(word);
        if (std::ranges::any_of(forwards, [&](const PortForward& other) { return is_same_port(one, other); })) {
            throw Error(Errc::invalid, port_text(one) + " is forwarded twice");
        }
        forwards.push_back(std::move(one));
    }
    return forwards;
}

void drop_translation(const JailName& jail) {
    Netlink netfilter(NETLINK_NETFILTER);
    NftTransaction transaction;
    if (transaction.delete_table_if_there(netfilter, NftFamily::inet, veth_of(jail).host_name))
        transaction.commit(netfilter,
                           "delete the translation of addresses and ports that jail " + jail.text() + " had before");
}

namespace {

/// A NAT=yes for all jails is meant for those that need it.
void tell_of_needless_nat(Invocation& invocation, const Jail& jail, const Link& uplink) {
    const std::string sentence = "NAT of jail " + jail.name.text() + " has nothing to do: its addresses are of the " +
                                 "network of " + uplink.name;
    const auto& for_all = invocation.configuration().settings["NAT"];
    const bool inherited = for_all.is_set && for_all.origin.text() == jail.settings["NAT"].origin.text();
    return inherited ? invocation.console().verbose(sentence) : invocation.console().warn(sentence);
}

}  // namespace

void put_up_translation(Invocation& invocation, Netlink& netlink, const Jail& jail, const Link& uplink) {
    const auto& nat = jail.settings["NAT"].text;
    std::vector<Address> hidden;
    if (!nat.empty() && parse_yes_no(nat)) {
        for (const auto& address : jail.addresses) {
            if (!is_on_network_of(netlink, uplink.index, address)) hidden.push_back(address);
        }
        if (hidden.empty()) tell_of_needless_nat(invocation, jail, uplink);
    }
    const auto forwards = parse_forwards(jail.settings["FORWARD"].text);
    if (hidden.empty() && forwards.empty()) return drop_translation(jail.name);
    Netlink netfilter(NETLINK_NETFILTER);
    const UniqueFd marking = lock_marking();
    // check() asked before another start may have made it
    require_not_forwarded(invocation.configuration(), jail, forwards);
    NftTransaction transaction;
    Translation translation(netfilter, transaction, veth_of(jail.name).host_name, jail.addresses);
    translation.masquerade(hidden, uplink.name);
    translation.redirect(forwards);
    transaction.commit(netfilter, "translate addresses and ports of jail " + jail.name.text());
}

}  // namespace jailctl::lifecycle
