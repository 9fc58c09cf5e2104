#include "host_ports.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "addresses.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/text.hpp"
#include "netns.hpp"
#include "network_setting.hpp"
#include "nft_query.hpp"
#include "nft_same.hpp"
#include "routes.hpp"
#include "uplink_notes.hpp"

namespace jailctl::lifecycle {

namespace {

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
        const auto clash = [&](const PortForward& ours) { return is_same_port(ours, theirs); };
        if (std::ranges::none_of(forwards, clash)) continue;
        throw Error(Errc::exists, port_text(theirs) + " is that of jail " + other.name.text() + " (FORWARD in " +
                                      setting.origin.text() + ")")
            .with_hint("give each jail ports of its own: FORWARD in jails.d/<jail>.conf");
    }
}

/// The jail that has the link a table is named after, by the notes of who uses an interface.
std::optional<UplinkUser> user_with(const std::string& link) {
    for (const auto& note : read_uplink_notes()) {
        if (note.name.netns != this_netns()) continue;
        const auto has = [&](const UplinkUser& user) { return veth_of(JailName(user.jail)).host_name == link; };
        if (const auto found = std::ranges::find_if(note.users, has); found != note.users.end()) return *found;
    }
    return std::nullopt;
}

Error forwarded_by(const Configuration& configuration, const std::string& table, const PortForward& forward) {
    const std::string leads = port_text(forward) + " leads to ", named = "table inet " + table + " of nftables";
    const auto user = user_with(table);
    if (!user)
        return Error(Errc::exists, leads + "another jail already, by " + named)
            .with_hint("'nft delete table inet " + table + "' removes what a jail left, if none of this host needs it");
    if (*user == user_of(configuration, JailName(user->jail)))
        return Error(Errc::exists, leads + "jail " + user->jail + " already, by " + named)
            .with_hint("'jailctl restart " + user->jail + "' gives it the ports of FORWARD as it is now");
    return Error(Errc::exists, leads + "jail " + user->jail + " of another configuration already (RUN_DIR " +
                                   escape_name(user->run_dir) + "), by " + named)
        .with_hint("forward another port, or stop that jail with the configuration that has this RUN_DIR");
}

}  // namespace

void require_not_forwarded(const Configuration& configuration, const Jail& jail, const std::vector<PortForward>& forwards) {
    if (forwards.empty()) return;
    const auto own = veth_of(jail.name).host_name;
    for (const auto& [table, told] : jail_translations()) {
        if (table == own) continue;
        for (const auto& forward : forwards)
            for (const auto family : families_of(jail.addresses))
                if (begins_same(arriving_at(forward, family).expressions(), told)) throw forwarded_by(configuration, table, forward);
    }
}

void require_free_ports(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink) {
    const auto forwards = parse_forwards(jail.settings["FORWARD"].text);
    if (forwards.empty()) return;
    for (const auto& other : configuration.jails) {
        if (!(other.name == jail.name)) require_no_clash(other, forwards);
    }
    require_not_forwarded(configuration, jail, forwards);
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

}  // namespace jailctl::lifecycle
