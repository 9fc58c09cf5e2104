#include "uplink.hpp"

#include <algorithm>
#include <vector>

#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"
#include "stack.hpp"
#include "sysctl.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr auto document_name = "network";
/// A kernel setting of the uplink: what it is while jails use it, and what it was before the first.
struct Kept {
    std::string name, before;
    bool host_routed = false;  ///< the whole host was a router of that family before
};

/// One uplink of RUN_DIR/network.json.
struct Entry {
    UplinkName name;
    std::vector<Kept> settings;
    std::vector<std::string> jails;
};

bool host_routes(const std::string& setting) {
    return read_sysctl(setting.substr(0, 4) + "/conf/all/forwarding") == "1";
}

bool same(const UplinkName& a, const UplinkName& b) {
    return a.stack == b.stack && a.index == b.index;
}

Entry entry_from(const Value& value) {
    Entry entry;
    entry.name = {static_cast<std::uint64_t>(value["stack"].num()), value["interface"].str(),
                  static_cast<int>(value["index"].num())};
    for (const auto& kept : value["settings"].items()) {
        entry.settings.push_back({kept["name"].str(), kept["before"].str(), kept["host_routed"].truth()});
    }
    for (const auto& jail : value["jails"].items()) entry.jails.push_back(jail.str());
    return entry;
}

Value value_of(const Entry& entry) {
    auto jails = Value::array();
    for (const auto& jail : entry.jails) jails.push(jail);
    auto settings = Value::array();
    for (const auto& kept : entry.settings) {
        settings.push(Value::object().set("name", kept.name).set("before", kept.before).set("host_routed", kept.host_routed));
    }
    return Value::object()
        .set("stack", entry.name.stack)
        .set("interface", entry.name.interface)
        .set("index", entry.name.index)
        .set("settings", std::move(settings))
        .set("jails", std::move(jails));
}

/// What another boot wrote is void: its interfaces and settings are gone.
std::vector<Entry> read_entries(const StateDirectory& state) {
    std::vector<Entry> entries;
    const auto document = state.read("", document_name);
    if (!document || (*document)["boot_id"].str() != boot_id()) return entries;
    for (const auto& value : (*document)["uplinks"].items()) entries.push_back(entry_from(value));
    return entries;
}

/// The document under the global lock.
class Uplinks {
public:
    explicit Uplinks(const Configuration& configuration)
        : state_(StateDirectory::running(configuration)),
          lock_(Lock::for_allotment(state_.open("").get())),
          entries_(read_entries(state_)) {}
    Entry* find(const UplinkName& name) {
        const auto at = std::ranges::find_if(entries_, [&](const Entry& entry) { return same(entry.name, name); });
        return at == entries_.end() ? nullptr : &*at;
    }
    Entry& add(Entry entry) { return entries_.emplace_back(std::move(entry)); }
    void remove(const UplinkName& name) {
        std::erase_if(entries_, [&](const Entry& entry) { return same(entry.name, name); });
    }
    void write() const {
        if (entries_.empty()) return state_.remove("", document_name);
        auto uplinks = Value::array();
        for (const auto& entry : entries_) uplinks.push(value_of(entry));
        state_.write("", document_name,
                     Value::object().set("format", 1).set("boot_id", boot_id()).set("uplinks", std::move(uplinks)));
    }

private:
    StateDirectory state_;
    Lock lock_;
    std::vector<Entry> entries_;
};

void put_back(const Entry& entry) {
    for (auto kept = entry.settings.rbegin(); kept != entry.settings.rend(); ++kept) {
        const bool became_router = kept->name.ends_with("/forwarding") && !kept->host_routed && host_routes(kept->name);
        if (!became_router) (void)write_sysctl_if_there(kept->name, kept->before);
    }
}

/// Notes what `setting` is, unless an earlier jail did. @return false: this kernel has no such setting
bool note(Entry& entry, const std::string& setting) {
    const auto known = std::ranges::find_if(entry.settings, [&](const Kept& kept) { return kept.name == setting; });
    if (known != entry.settings.end()) return true;
    const auto before = read_sysctl(setting);
    if (before) entry.settings.push_back({setting, *before, host_routes(setting)});
    return before.has_value();
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
    Uplinks uplinks(invocation.configuration());
    auto* entry = uplinks.find(uplink);
    if (!entry) entry = &uplinks.add({uplink, {}, {}});
    auto wanted = settings;
    std::erase_if(wanted, [&](const KernelSetting& one) { return !note(*entry, one.name); });
    if (std::ranges::find(entry->jails, jail.key()) == entry->jails.end()) entry->jails.push_back(jail.key());
    uplinks.write();  // first: a crash after this line is undone with the old values
    for (const auto& one : wanted) write_sysctl(one.name, one.value);
}

void release_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink, bool restore) {
    Uplinks uplinks(invocation.configuration());
    auto* entry = uplinks.find(uplink);
    if (!entry) return;
    std::erase(entry->jails, jail.key());
    if (entry->jails.empty()) {
        if (restore) put_back(*entry);
        uplinks.remove(uplink);
    }
    uplinks.write();
}

namespace {

/// What a setting that is kept is while jails use the uplink.
std::string wanted_value(const std::string& setting) {
    return setting.ends_with("/proxy_delay") ? "0" : setting.ends_with("/accept_ra") ? "2" : "1";
}

bool is_altered(const Kept& kept) {
    const auto now = read_sysctl(kept.name);
    return now && *now != wanted_value(kept.name);
}

}  // namespace

std::vector<UplinkUse> uplink_uses(const Configuration& configuration) {
    std::vector<UplinkUse> uses;
    for (auto& entry : read_entries(StateDirectory::running(configuration))) {
        UplinkUse use{entry.name, std::move(entry.jails), {}};
        for (const auto& kept : entry.settings)
            if (entry.name.stack == this_stack() && is_altered(kept)) use.altered.push_back("net/" + kept.name);
        uses.push_back(std::move(use));
    }
    return uses;
}

void put_up_uplink(const Configuration& configuration, const UplinkName& uplink) {
    Uplinks uplinks(configuration);
    const auto* entry = uplinks.find(uplink);
    if (entry == nullptr) return;
    for (const auto& kept : entry->settings)
        if (is_altered(kept)) write_sysctl(kept.name, wanted_value(kept.name));
}

bool is_noted(const Configuration& configuration, const JailName& jail) {
    const auto stack = this_stack();
    return std::ranges::any_of(read_entries(StateDirectory::running(configuration)), [&](const Entry& entry) {
        return entry.name.stack == stack && std::ranges::find(entry.jails, jail.key()) != entry.jails.end();
    });
}

}  // namespace jailctl::lifecycle
