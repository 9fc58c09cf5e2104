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

bool has_port(const Jail& jail, const PortForward& port) {
    return is_routed(jail) && std::ranges::any_of(parse_forwards(jail.settings["FORWARD"].text),
                                                  [&](const PortForward& one) { return is_same_port(one, port); });
}

bool is_of_same_line(const Jail& a, const Jail& b) {
    const Origin &ours = a.settings["FORWARD"].origin, &theirs = b.settings["FORWARD"].origin;
    return ours.file == theirs.file && ours.line == theirs.line && ours.column == theirs.column;
}

/// @param where  say in which line what stands
std::optional<Error> clash(const Configuration& configuration, const Jail& jail, const PortForward& port, bool where) {
    std::vector<const Jail*> others;
    for (const auto& other : configuration.jails)
        if (other.name != jail.name && !other.mistake && has_port(other, port)) others.push_back(&other);
    if (others.empty()) return std::nullopt;
    // One assignment for all of them: there is no other jail whose port it would be.
    const auto alike = std::ranges::count_if(others, [&](const Jail* other) { return is_of_same_line(*other, jail); });
    if (alike > 0)
        return Error(Errc::exists, "FORWARD" + (where ? " (" + jail.settings["FORWARD"].origin.text() + ")" : "") +
                                       " gives " + port_text(port) + " to " + std::to_string(alike + 1) +
                                       " jails, and it can lead to one only")
            .with_hint("set FORWARD in jails.d/<jail>.conf of the one jail, or give each ports of its own there");
    const auto& setting = others.front()->settings["FORWARD"];
    return Error(Errc::exists, port_text(port) + " is that of jail " + others.front()->name.text() + " (FORWARD in " +
                                   setting.origin.text() + ")")
        .with_hint("give each jail ports of its own: FORWARD in jails.d/<jail>.conf");
}

std::string word_of(const PortForward& forward) {
    return forward.protocol + ":" + std::to_string(forward.host_port) + ":" + std::to_string(forward.jail_port);
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

void require_not_forwarded(const Configuration& configuration, const Jail& jail,
                           const std::vector<PortForward>& forwards) {
    if (forwards.empty()) return;
    const auto own = veth_of(jail.name).host_name;
    for (const auto& [table, told] : jail_translations()) {
        if (table == own) continue;
        for (const auto& forward : forwards)
            for (const auto family : families_of(jail.addresses))
                if (begins_same(arriving_at(forward, family).expressions(), told))
                    throw forwarded_by(configuration, table, forward);
    }
}

void require_free_ports(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink) {
    const auto forwards = parse_forwards(jail.settings["FORWARD"].text);
    if (forwards.empty()) return;
    for (const auto& forward : forwards)
        if (const auto error = clash(configuration, jail, forward, true)) throw *error;
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

void inspect_forward(Inspection& inspection) {
    if (inspection.jail == nullptr || !is_routed(*inspection.jail)) return;
    for (const auto& forward : parse_forwards(inspection.value))
        if (auto error = clash(inspection.invocation.configuration(), *inspection.jail, forward, false))
            inspection.refuse(std::move(*error), word_of(forward));
}

}  // namespace jailctl::lifecycle
