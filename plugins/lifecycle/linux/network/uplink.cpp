#include "uplink.hpp"

#include <net/if.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "netns.hpp"
#include "sysctl.hpp"
#include "uplink_notes.hpp"

namespace jailctl::lifecycle {

namespace {

bool host_routes(const std::string& setting) {
    return read_sysctl(setting.substr(0, 4) + "/conf/all/forwarding") == "1";
}

/// The note, its settings by the name that the interface has now. Nothing: the interface is gone, or in another network
/// namespace, and one that has its name by now is another, whose settings are not ours.
std::optional<UplinkNote> as_called_now(UplinkNote note) {
    char name[IF_NAMESIZE];
    if (note.name.netns != this_netns() || ::if_indextoname(static_cast<unsigned>(note.name.index), name) == nullptr)
        return std::nullopt;
    note.name.interface = name;
    for (auto& kept : note.settings) {  // "ipv4/conf/eth0/forwarding"
        const auto begin = kept.name.find('/', kept.name.find('/') + 1) + 1;
        kept.name.replace(begin, kept.name.rfind('/') - begin, name);
    }
    return note;
}

void put_back(const UplinkNote& unused) {
    const auto note = as_called_now(unused);
    if (!note) return;
    for (auto kept = note->settings.rbegin(); kept != note->settings.rend(); ++kept) {
        const bool became_router = kept->name.ends_with("/forwarding") && !kept->host_routed && host_routes(kept->name);
        if (!became_router) (void)write_sysctl_if_there(kept->name, kept->before);
    }
}

/// Notes what `setting` is, unless an earlier jail did. @return false: this kernel has no such setting
bool note(UplinkNote& note, const std::string& setting) {
    const auto known =
        std::ranges::find_if(note.settings, [&](const KeptSetting& kept) { return kept.name == setting; });
    if (known != note.settings.end()) return true;
    const auto before = read_sysctl(setting);
    if (before) note.settings.push_back({setting, *before, host_routes(setting)});
    return before.has_value();
}

/// The notes without those whose last user went without saying so: their settings are put back first, or the next jail
/// would take them for those of the host.
void settle(UplinkNotes& notes, const Configuration& configuration) {
    for (const auto& unused : notes.take_unused(configuration)) put_back(unused);
}

}  // namespace

/// In the order of setting; they are put back in the reverse. accept_ra comes before forwarding, with which the kernel
/// would forget the routes it learnt; force_forwarding is in kernels since 6.17.
std::vector<KernelSetting> settings_to_route(const std::string& interface, bool ipv6) {
    std::vector<KernelSetting> settings{{"ipv4/conf/" + interface + "/forwarding", "1"},
                                        {"ipv4/neigh/" + interface + "/proxy_delay", "0"}};
    if (!ipv6) return settings;
    const auto accept_ra = "ipv6/conf/" + interface + "/accept_ra";
    if (read_sysctl(accept_ra) == "1") settings.push_back({accept_ra, "2"});
    settings.push_back({"ipv6/conf/" + interface + "/forwarding", "1"});
    settings.push_back({"ipv6/conf/" + interface + "/force_forwarding", "1"});
    settings.push_back({"ipv6/conf/" + interface + "/proxy_ndp", "1"});
    settings.push_back({"ipv6/neigh/" + interface + "/proxy_delay", "0"});
    return settings;
}

void take_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink,
                 const std::vector<KernelSetting>& settings) {
    UplinkNotes notes;
    settle(notes, invocation.configuration());
    auto* entry = notes.find(uplink);
    if (!entry) entry = &notes.add({uplink, {}, {}});
    else if (auto now = as_called_now(*entry)) *entry = std::move(*now);
    auto wanted = settings;
    std::erase_if(wanted, [&](const KernelSetting& one) { return !note(*entry, one.name); });
    const auto user = user_of(invocation.configuration(), jail);
    if (std::ranges::find(entry->users, user) == entry->users.end()) entry->users.push_back(user);
    notes.write();  // first: a crash after this line is undone with the old values
    for (const auto& one : wanted) write_sysctl(one.name, one.value);
}

void release_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink, bool restore) {
    UplinkNotes notes;
    auto* entry = notes.find(uplink);
    if (!entry) return;
    std::erase(entry->users, user_of(invocation.configuration(), jail));
    if (entry->users.empty() && !restore) notes.remove(uplink);
    settle(notes, invocation.configuration());
    notes.write();
}

namespace {

/// What a setting that is kept is while jails use the uplink.
std::string wanted_value(const std::string& setting) {
    return setting.ends_with("/proxy_delay") ? "0" : setting.ends_with("/accept_ra") ? "2" : "1";
}

bool is_altered(const KeptSetting& kept) {
    const auto now = read_sysctl(kept.name);
    return now && *now != wanted_value(kept.name);
}

}  // namespace

std::vector<UplinkUse> uplink_uses(const Configuration& configuration) {
    std::vector<UplinkUse> uses;
    for (const auto& entry : read_uplink_notes()) {
        UplinkUse use{entry.name, {}, {}};
        for (const auto& user : entry.users)
            if (JailName jail(user.jail); user == user_of(configuration, jail)) use.jails.push_back(user.jail);
        if (use.jails.empty()) continue;
        if (const auto now = as_called_now(entry))
            for (const auto& kept : now->settings)
                if (is_altered(kept)) use.altered.push_back("net/" + kept.name);
        uses.push_back(std::move(use));
    }
    return uses;
}

void put_up_uplink(const UplinkName& uplink) {
    UplinkNotes notes;
    const auto* entry = notes.find(uplink);
    const auto now = entry == nullptr ? std::nullopt : as_called_now(*entry);
    if (!now) return;
    for (const auto& kept : now->settings)
        if (is_altered(kept)) write_sysctl(kept.name, wanted_value(kept.name));
}

bool is_noted(const Configuration& configuration, const JailName& jail) {
    const auto netns = this_netns();
    const auto user = user_of(configuration, jail);
    return std::ranges::any_of(read_uplink_notes(), [&](const UplinkNote& entry) {
        return entry.name.netns == netns && std::ranges::find(entry.users, user) != entry.users.end();
    });
}

}  // namespace jailctl::lifecycle
