#include <algorithm>

#include "examine_network.hpp"
#include "guard.hpp"
#include "jailctl/sdk/text.hpp"
#include "routes.hpp"
#include "netns.hpp"
#include "uplink.hpp"

namespace jailctl::lifecycle {

const KnownRun* NetworkSight::run_of(const std::string& key) const {
    const auto at = std::ranges::find_if(runs, [&](const KnownRun& run) { return run.jail.name.key() == key; });
    return at == runs.end() ? nullptr : &*at;
}

const Link* NetworkSight::link(const std::string& name) const {
    const auto at = std::ranges::find_if(links, [&](const Link& one) { return one.name == name; });
    return at == links.end() ? nullptr : &*at;
}

bool is_surely_down(const Configuration& configuration, const JailName& jail) {
    return look_up_record(configuration, jail.key()).kind == RecordState::Kind::none;
}

namespace {

/// Whether what is there may be that of the run: it lives, or is cleared by its record or its journal.
bool may_be_of(const KnownRun* run) {
    return run != nullptr && (run->told || run->state.kind != RecordState::Kind::none);
}

/// The jail a link is marked as that of; nothing if it is no jail's.
std::optional<JailName> owner_of(const Link& link) {
    if (link.kind != "veth" || link.alias.empty()) return std::nullopt;
    try {
        JailName name(jail_in_alias(link.alias));
        if (veth_of(name).host_name == link.name) return name;
    } catch (const Error&) {
        // somebody's own interface
    }
    return std::nullopt;
}

void delete_left_link(Invocation& invocation, const JailName& jail, const Link& link) {
    Netlink netlink(NETLINK_ROUTE);
    const auto now = find_link(netlink, link.index);
    if (now && now->name == link.name && now->alias == link.alias && is_surely_down(invocation.configuration(), jail))
        delete_link(netlink, now->index, now->name);
}

/// The other end of a jail's link goes with the jail: one whose other end is in some namespace that lives may be of a
/// jail of another configuration, unless our own notes have it.
void look_at_link(const Examination& examination, const NetworkSight& sight, const Link& link) {
    const auto name = owner_of(link);
    if (!name || may_be_of(sight.run_of(name->key()))) return;
    const Configuration& configuration = examination.invocation.configuration();
    const bool ours = !link.peer_elsewhere || is_noted(configuration, *name);
    if (!ours && configuration.find(*name) == nullptr) return;
    Finding finding{"leftover-link", name->text(), "network interface " + link.name + " of jail " + name->text() +
                    " is there, though it does not run", "", "", {}};
    if (ours) {
        finding.fix = "delete network interface " + link.name;
        finding.hint = "'ip link delete " + link.name + "' or 'jailctl doctor --fix' removes it";
        finding.remedy = [jail = *name, link](Invocation& invocation) { delete_left_link(invocation, jail, link); };
    } else {
        finding.hint = "a jail of that name runs from another configuration, or 'ip link delete " + link.name +
                       "' removes what one left";
    }
    examination.diagnosis.add(std::move(finding));
}

void look_at_rules(const Examination& examination, const NetworkSight& sight) {
    for (const auto& [jail, state, told] : sight.runs) {
        if (told || state.kind != RecordState::Kind::none) continue;
        const auto name = veth_of(jail.name).host_name;
        if (const Link* link = sight.link(name); link != nullptr) continue;  // told with its link
        if (std::ranges::none_of(sight.tables, [&](const JailTable& table) { return table.name == name; })) continue;
        examination.diagnosis.add(
            {"leftover-rules", jail.name.text(),
             "nftables has a table " + name + " of jail " + jail.name.text() + ", though it does not run", "",
             "delete the nftables tables " + name, [jail = jail](Invocation& invocation) {
                 if (is_surely_down(invocation.configuration(), jail.name)) take_down_rules(jail.name);
             }});
    }
}

void look_at_notes(const Examination& examination, const NetworkSight& sight) {
    const Configuration& configuration = examination.invocation.configuration();
    for (const auto& use : uplink_uses(configuration))
        for (const auto& key : use.jails) {
            if (may_be_of(sight.run_of(key))) continue;
            const JailName name(key);
            examination.diagnosis.add(
                {"leftover-uplink", key,
                 "settings of " + escape_name(use.name.interface) + " are kept for jail " + key +
                     ", which does not run",
                 "", "put the settings of " + use.name.interface + " back unless another jail needs them",
                 [name, use](Invocation& invocation) {
                     if (is_surely_down(invocation.configuration(), name))
                         release_uplink(invocation, name, use.name, use.name.netns == this_netns());
                 }});
        }
}

/// The host answers for an address of a jail that does not run: machines on the network would send into nothing.
void look_at_proxies(const Examination& examination, NetworkSight& sight) {
    for (const auto& [jail, state, told] : sight.runs) {
        const Link* uplink = wants_routed(jail) ? sight.link(jail.settings["IF"].text) : nullptr;
        if (told || uplink == nullptr || state.kind != RecordState::Kind::none) continue;
        for (const auto& address : jail.addresses) {
            const auto match = match_route(sight.netlink, address);
            if ((match && match->exact) || !has_proxy_neighbour(sight.netlink, address, uplink->index)) continue;
            examination.diagnosis.add({"leftover-proxy", jail.name.text(),
                                       "the host answers for address " + address.text() + " of jail " +
                                           jail.name.text() + " on " + uplink->name + ", though it does not run",
                                       "'ip neigh del proxy " + address.text() + " dev " + shell_word(uplink->name) +
                                           "' or 'jailctl doctor --fix' ends that",
                                       "stop answering for " + address.text() + " on " + uplink->name,
                                       [jail = jail, address, index = uplink->index](Invocation& invocation) {
                                           Netlink netlink(NETLINK_ROUTE);
                                           if (is_surely_down(invocation.configuration(), jail.name))
                                               delete_proxy_neighbour(netlink, address, index);
                                       }});
        }
    }
}

}  // namespace

void look_for_network_leftovers(const Examination& examination, NetworkSight& sight) {
    Diagnosis& diagnosis = examination.diagnosis;
    diagnosis.check("the network interfaces", [&] {
        for (const auto& link : sight.links) look_at_link(examination, sight, link);
    });
    look_at_rules(examination, sight);
    diagnosis.check("what uses the interfaces", [&] { look_at_notes(examination, sight); });
    diagnosis.check("for whom the host answers", [&] { look_at_proxies(examination, sight); });
}

}  // namespace jailctl::lifecycle
