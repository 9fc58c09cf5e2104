#include <algorithm>

#include "examine_network.hpp"
#include "forward.hpp"
#include "guard.hpp"
#include "host_end.hpp"
#include "network_setting.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/text.hpp"
#include "netns.hpp"
#include "rate.hpp"
#include "routes.hpp"
#include "shaper.hpp"
#include "uplink.hpp"

namespace jailctl::lifecycle {

bool is_joined_here(const KnownRun& run) {
    const std::string& provider = run.state.record.network_provider;
    return run.state.kind == RecordState::Kind::alive && (provider == "routed" || provider == "bridge") &&
           static_cast<std::uint64_t>(run.state.record.network["stack"].num()) == this_netns();
}

bool wants_routed(const Jail& jail) { return !jail.addresses.empty() && is_routed(jail); }

std::string interface_for(const Jail& jail) {
    if (jail.addresses.empty()) return {};
    return is_routed(jail) ? jail.settings["IF"].text : network_setting_of(jail).bridge;
}

namespace {

/// What join() noted.
struct Joined {
    explicit Joined(const KnownRun& run)
        : name(run.jail.name.text()), link(run.state.record.network["link"].str()),
          index(static_cast<int>(run.state.record.network["link_index"].num())),
          interface(run.state.record.network["interface"].str()),
          interface_index(static_cast<int>(run.state.record.network["interface_index"].num())) {
        for (const auto& address : run.state.record.network["addresses"].items())
            addresses.push_back(Address::parse_bare(address.str()));
        if (run.state.record.network_provider == "bridge") place = GuardPlace::bridge;
    }
    GuardPlace place = GuardPlace::router;
    std::string name, link;
    int index;
    std::string interface;
    int interface_index;
    std::vector<Address> addresses;
};

bool runs_still(const Configuration& configuration, const Jail& jail) {
    return look_up_record(configuration, jail.name.key()).kind == RecordState::Kind::alive;
}

/// Beside a guard that stands: with that, its chain goes too, and comes back.
void look_at_rate(const Examination& examination, const KnownRun& run, const Joined& joined) {
    const Rates rates = parse_rates(run.jail.settings["RATE"].text);
    Netlink netlink(NETLINK_ROUTE);
    const auto in = rates.in != 0 ? rate_in(netlink, joined.index, rates.in) : RateState::as_set;
    const auto out = rates.out != 0 ? rate_out(run.jail.name, rates.out) : RateState::as_set;
    const auto is = [&](RateState state) {
        return in == state && out == state ? "what goes to it and what comes from it is"
               : in == state               ? "what goes to it is"
                                           : "what comes from it is";
    };
    if (in == RateState::as_set && out == RateState::as_set) return;
    std::string what;
    for (const auto& [state, how] :
         {std::pair(RateState::missing, " not limited"), std::pair(RateState::another, " limited to another rate")})
        if (in == state || out == state) what += (what.empty() ? "" : ", ") + std::string(is(state)) + how;
    examination.diagnosis.add({"rate-missing", joined.name, "RATE of jail " + joined.name + " is not in force: " + what,
                               "'jailctl doctor --fix' or a restart of the jail sets it",
                               "limit what passes " + joined.link,
                               [jail = run.jail, record = run.state.record](Invocation& invocation) {
                                   if (!runs_still(invocation.configuration(), jail)) return;
                                   change_rates(jail, record.network_provider, record.network);
                               }});
}

/// Debian's nftables.service flushes all tables at each reload, ours with them.
void look_at_guard(const Examination& examination, const KnownRun& run, const Joined& joined) {
    const auto state = guard_state(run.jail.name, joined.index, joined.addresses, joined.place);
    if (state == GuardState::whole) return look_at_rate(examination, run, joined);
    const bool missing = state == GuardState::missing;
    examination.diagnosis.add({missing ? "guard-missing" : "guard-altered", joined.name,
                               "the rules that hold the source addresses of jail " + joined.name +
                                   (missing ? " are gone from nftables: somebody took or emptied"
                                            : " are not those of jailctl any more: somebody changed") +
                                   " table 'netdev " + joined.link + "'",
                               "'jailctl doctor --fix' or a restart of the jail puts it back",
                               "put the nftables table 'netdev " + joined.link + "' back",
                               [jail = run.jail, joined, record = run.state.record](Invocation& invocation) {
                                   if (!runs_still(invocation.configuration(), jail)) return;
                                   put_up_guard(jail.name, joined.addresses, joined.place);
                                   if (!jail.settings["RATE"].text.empty())
                                       change_rates(jail, record.network_provider, record.network);
                               }});
}

void look_at_translation(const Examination& examination, const NetworkSight& sight, const KnownRun& run,
                         const Joined& joined) {
    const Settings& settings = run.jail.settings;
    const bool nat = !settings["NAT"].text.empty() && parse_yes_no(settings["NAT"].text) &&
                     std::ranges::any_of(joined.addresses, [&](const Address& one) {
                         Netlink netlink(NETLINK_ROUTE);
                         return !is_on_network_of(netlink, joined.interface_index, one);
                     });
    if ((!nat && split_words(settings["FORWARD"].text).empty()) || has_rules(sight.tables, "inet", joined.link)) return;
    const std::string what = nat ? "NAT" : "FORWARD";
    Jail as_it_runs = run.jail;  // JAILS may have been edited since
    as_it_runs.addresses = joined.addresses;
    examination.diagnosis.add({"translation-missing", joined.name,
                               what + " of jail " + joined.name +
                                   " is not in force: there is no nftables table "
                                   "'inet " +
                                   joined.link + "'",
                               "'jailctl doctor --fix' or a restart of the jail makes it",
                               "make the nftables table 'inet " + joined.link + "'",
                               [jail = std::move(as_it_runs), index = joined.interface_index](Invocation& invocation) {
                                   Netlink netlink(NETLINK_ROUTE);
                                   const auto uplink = find_link(netlink, index);
                                   if (uplink && runs_still(invocation.configuration(), jail))
                                       put_up_translation(invocation, netlink, jail, *uplink);
                               }});
}

/// Neighbour proxies go when their interface is taken down, and nobody puts them back.
void look_at_routes(const Examination& examination, NetworkSight& sight, const KnownRun& run, const Joined& joined) {
    for (const auto& address : joined.addresses) {
        const auto match = match_route(sight.netlink, address);
        if (match && match->exact && match->interface != joined.index) continue;  // a clash, told as such
        const bool route = match && match->exact;
        const bool proxy = has_proxy_neighbour(sight.netlink, address, joined.interface_index);
        if (route && proxy) continue;
        const std::string lost =
            route ? "the host does not answer for it on " + joined.interface : "no route leads to " + joined.link;
        examination.diagnosis.add({"route-missing", joined.name,
                                   "address " + address.text() + " of jail " + joined.name + " is not reached: " + lost,
                                   "'jailctl doctor --fix' or a restart of the jail mends it",
                                   "make the route and the neighbour proxy of " + address.text(),
                                   [jail = run.jail, joined, address, route, proxy](Invocation& invocation) {
                                       Netlink netlink(NETLINK_ROUTE);
                                       if (!runs_still(invocation.configuration(), jail)) return;
                                       if (!route) add_host_route(netlink, joined.index, address);
                                       if (!proxy) add_proxy_neighbour(netlink, address, joined.interface_index);
                                   }});
    }
}

/// Whoever sets up the host's bridges again takes ports off that are not in its configuration.
void look_at_port(const Examination& examination, const Link& port, const KnownRun& run, const Joined& joined) {
    if (port.master == joined.interface_index) return;
    examination.diagnosis.add({"route-missing", joined.name,
                               "jail " + joined.name + " is not reached: its interface " + joined.link +
                                   " is no port of bridge " + escape_name(joined.interface) + " any more",
                               "'jailctl doctor --fix' or a restart of the jail mends it",
                               "make " + joined.link + " a port of " + joined.interface,
                               [jail = run.jail, joined](Invocation& invocation) {
                                   Netlink netlink(NETLINK_ROUTE);
                                   const auto bridge = find_link(netlink, joined.interface_index);
                                   if (bridge && runs_still(invocation.configuration(), jail))
                                       set_master(netlink, *bridge, joined.index, joined.link);
                               }});
}

void look_at_run(const Examination& examination, NetworkSight& sight, const KnownRun& run) {
    const Joined joined(run);
    const std::string restart = "'jailctl restart " + joined.name + "'";
    const auto find = [&](int index) {
        return std::ranges::find_if(sight.links, [&](const Link& one) { return one.index == index; });
    };
    const auto link = find(joined.index);
    if (link == sight.links.end())
        return examination.diagnosis.add(
            {"interface-missing", joined.name,
             "jail " + joined.name + " has no network: its interface " + joined.link + " is gone",
             restart + " makes it anew"});
    look_at_guard(examination, run, joined);
    if (find(joined.interface_index) == sight.links.end())
        return examination.diagnosis.add({"interface-missing", joined.name,
                                          "jail " + joined.name + " is not reached: interface " +
                                              escape_name(joined.interface) +
                                              ", by which it joined the network, is gone",
                                          "bring it back, then " + restart});
    if (joined.place == GuardPlace::bridge) return look_at_port(examination, *link, run, joined);
    look_at_translation(examination, sight, run, joined);
    look_at_routes(examination, sight, run, joined);
}

void look_at_settings(const Examination& examination, const NetworkSight& sight) {
    for (const auto& use : uplink_uses(examination.invocation.configuration())) {
        const auto user = std::ranges::find_if(use.jails, [&](const std::string& key) {
            const KnownRun* run = sight.run_of(key);
            return run != nullptr && is_joined_here(*run);
        });
        if (use.altered.empty() || user == use.jails.end()) continue;
        std::string names = use.altered.front();
        for (std::size_t i = 1; i < use.altered.size(); ++i) names += ", " + use.altered[i];
        examination.diagnosis.add(
            {"uplink-settings", *user,
             "jails are not reached by " + escape_name(use.name.interface) + " as they should be: somebody changed " +
                 escape_name(names),
             "'jailctl doctor --fix' sets them again", "set " + names + " again",
             [name = use.name](Invocation&) { put_up_uplink(name); }});
    }
}

}  // namespace

void look_for_losses(const Examination& examination, NetworkSight& sight) {
    for (const auto& run : sight.runs) {
        if (!is_joined_here(run)) continue;
        examination.diagnosis.check("the network of jail " + run.jail.name.text(),
                                    [&] { look_at_run(examination, sight, run); });
    }
    examination.diagnosis.check("the settings of the interfaces", [&] { look_at_settings(examination, sight); });
}

}  // namespace jailctl::lifecycle
