#include "forward.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "addresses.hpp"
#include "guard.hpp"
#include "network_setting.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/text.hpp"
#include "routes.hpp"
#include "nft_transaction.hpp"

namespace jailctl::lifecycle {

namespace {

std::string port_text(const PortForward& forward) {
    return "port " + std::to_string(forward.host_port) + "/" + forward.protocol + " of the host";
}

bool same_port(const PortForward& a, const PortForward& b) {
    return a.protocol == b.protocol && a.host_port == b.host_port;
}

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

/// Whether a program of the host has the port on `address`: then we could not have it ourselves.
bool is_taken(const PortForward& forward, const Address& address) {
    const bool tcp = forward.protocol == "tcp";
    const bool v4 = address.family() == Address::Family::v4;
    const UniqueFd fd(::socket(v4 ? AF_INET : AF_INET6, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
    if (!fd) throw_errno("cannot open a socket to look whether a port is free");
    const int on = 1;  // connections of TCP that are over do not count
    if (tcp) (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(forward.host_port);
    std::memcpy(&here.sin_addr, address.bytes().data(), sizeof here.sin_addr);
    sockaddr_in6 here6{};
    here6.sin6_family = AF_INET6;
    here6.sin6_port = htons(forward.host_port);
    std::memcpy(&here6.sin6_addr, address.bytes().data(), sizeof here6.sin6_addr);
    const auto* where = v4 ? reinterpret_cast<const sockaddr*>(&here) : reinterpret_cast<const sockaddr*>(&here6);
    return ::bind(fd.get(), where, v4 ? sizeof here : sizeof here6) != 0 && errno == EADDRINUSE;
}

void require_no_clash(const Jail& other, const std::vector<PortForward>& forwards) {
    if (!is_routed(other)) return;
    const auto& setting = other.settings["FORWARD"];
    for (const auto& theirs : parse_forwards(setting.text)) {
        const auto clash = [&](const PortForward& ours) { return same_port(ours, theirs); };
        if (std::ranges::none_of(forwards, clash)) continue;
        throw Error(Errc::exists, port_text(theirs) + " is that of jail " + other.name.text() + " (FORWARD in " +
                                      setting.origin.text() + ")")
            .with_hint("give each jail ports of its own: FORWARD in jails.d/<jail>.conf");
    }
}

NftRule rule() { return NftRule(NftFamily::inet); }

/// NAT and FORWARD of one jail being written into a transaction.
class Translation {
public:
    Translation(Netlink& netfilter, NftTransaction& transaction, std::string link, const std::vector<Address>& addresses)
        : transaction_(transaction), link_(std::move(link)), addresses_(addresses) {
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
        redirect_in("arriving", NF_INET_PRE_ROUTING, forwards, [](Address::Family family) { return rule().nfproto(family); });
        // What the host sends to itself by the loopback has a source that leads nowhere from a jail.
        redirect_in("from_host", NF_INET_LOCAL_OUT, forwards,
                    [](Address::Family family) { return rule().destination_is_no_loopback(family); });
    }

private:
    static constexpr auto leaving = "leaving";

    /// One rule per family the jail has: to its first address of it.
    void redirect_in(const char* chain, std::uint32_t place, const std::vector<PortForward>& forwards, NftRule (*matching)(Address::Family)) {
        const NftHook hook{"nat", place, -100};
        transaction_.add_chain(NftFamily::inet, link_, chain, &hook);
        for (const auto& forward : forwards) {
            for (const auto family : {Address::Family::v4, Address::Family::v6}) {
                const auto to = std::ranges::find(addresses_, family, &Address::family);
                if (to == addresses_.end()) continue;
                const std::uint8_t protocol = forward.protocol == "tcp" ? IPPROTO_TCP : IPPROTO_UDP;
                transaction_.add_rule(link_, chain,
                                      matching(family).destination_is_local().destination_port(protocol, forward.host_port)
                                          .dnat(*to, forward.jail_port));
            }
        }
    }

    NftTransaction& transaction_;
    std::string link_;
    const std::vector<Address>& addresses_;
};

}  // namespace

std::vector<PortForward> parse_forwards(std::string_view text) {
    std::vector<PortForward> forwards;
    for (const auto& word : split_words(text)) {
        auto one = parse_forward(word);
        if (std::ranges::any_of(forwards, [&](const PortForward& other) { return same_port(one, other); })) {
            throw Error(Errc::invalid, port_text(one) + " is forwarded twice");
        }
        forwards.push_back(std::move(one));
    }
    return forwards;
}

void require_free_ports(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink) {
    const auto forwards = parse_forwards(jail.settings["FORWARD"].text);
    if (forwards.empty()) return;
    for (const auto& other : configuration.jails) {
        if (!(other.name == jail.name)) require_no_clash(other, forwards);
    }
    for (const auto family : families_of(jail.addresses)) {  // Translation::redirect forwards for the same
        const auto address = first_address(netlink, uplink.index, family);
        if (!address) continue;
        for (const auto& forward : forwards) {
            if (!is_taken(forward, *address)) continue;
            throw Error(Errc::exists, port_text(forward) + " is in use by a program of the host, on " + address->text())
                .with_hint("forward another port, or stop that program: 'ss -lntup' names it");
        }
    }
}

void drop_translation(const JailName& jail) {
    Netlink netfilter(NETLINK_NETFILTER);
    NftTransaction transaction;
    if (transaction.delete_table_if_there(netfilter, NftFamily::inet, veth_of(jail).host_name))
        transaction.commit(netfilter, "delete the translation of addresses and ports that jail " + jail.text() + " had before");
}

void put_up_translation(Invocation& invocation, Netlink& netlink, const Jail& jail, const Link& uplink) {
    const auto& nat = jail.settings["NAT"].text;
    std::vector<Address> hidden;
    if (!nat.empty() && parse_yes_no(nat)) {
        for (const auto& address : jail.addresses) {
            if (!is_on_network_of(netlink, uplink.index, address)) hidden.push_back(address);
        }
        if (hidden.empty()) {
            invocation.console().warn("NAT of jail " + jail.name.text() + " has nothing to do: its addresses are of the " +
                                      "network of " + uplink.name);
        }
    }
    const auto forwards = parse_forwards(jail.settings["FORWARD"].text);
    if (hidden.empty() && forwards.empty()) return drop_translation(jail.name);
    Netlink netfilter(NETLINK_NETFILTER);
    NftTransaction transaction;
    Translation translation(netfilter, transaction, veth_of(jail.name).host_name, jail.addresses);
    translation.masquerade(hidden, uplink.name);
    translation.redirect(forwards);
    transaction.commit(netfilter, "translate addresses and ports of jail " + jail.name.text());
}

}  // namespace jailctl::lifecycle
