#pragma once

#include <optional>
#include <vector>

#include "../examine.hpp"
#include "links.hpp"
#include "nft_query.hpp"

/// What `doctor` looks at of the network: links, routes, rules and neighbour proxies against the records of jails.
namespace jailctl::lifecycle {

/// What there is, read once.
struct NetworkSight {
    const std::vector<KnownRun>& runs;
    Netlink netlink{NETLINK_ROUTE};
    std::vector<Link> links = all_links(netlink);
    std::vector<JailTable> tables = jail_tables();

    [[nodiscard]] const KnownRun* run_of(const std::string& key) const;
    [[nodiscard]] const Link* link(const std::string& name) const;
};
/// The run has a link of its own, joined to an interface of this network namespace (NETWORK=routed or bridge:NAME).
[[nodiscard]] bool is_joined_here(const KnownRun& run);
/// NETWORK=routed, with an address to route.
[[nodiscard]] bool wants_routed(const Jail& jail);
/// The interface it joins: IF, or the bridge; empty: none, or it has no address.
[[nodiscard]] std::string interface_for(const Jail& jail);
/// True while nothing of the jail runs, or is to be cleared by its record: then none of the network is its.
[[nodiscard]] bool is_surely_down(const Configuration& configuration, const JailName& jail);

void examine_network(const Examination& examination, const std::vector<KnownRun>& runs);
/// Links, rules and notes of jails that do not run.
void look_for_network_leftovers(const Examination& examination, NetworkSight& sight);
/// What a running jail has lost: its guard, its rules, a route, its interface.
void look_for_losses(const Examination& examination, NetworkSight& sight);
/// Interfaces that are missing, and addresses that somebody else has.
void look_for_clashes(const Examination& examination, NetworkSight& sight);

}  // namespace jailctl::lifecycle
