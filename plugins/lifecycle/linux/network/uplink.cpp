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
constexpr auto all_forwarding = "ipv4/conf/all/forwarding";

std::string forwarding_of(const std::string& interface) {
    return "ipv4/conf/" + interface + "/forwarding";
}
std::string proxy_delay_of(const std::string& interface) {
    return "ipv4/neigh/" + interface + "/proxy_delay";
}

/// One uplink of RUN_DIR/network.json.
struct Entry {
    UplinkName name;
    std::string forwarding, proxy_delay, host_forwarding;  ///< before the first jail
    std::vector<std::string> jails;
};

bool same(const UplinkName& a, const UplinkName& b) {
    return a.stack == b.stack && a.index == b.index;
}

Entry entry_from(const Value& value) {
    Entry entry;
    entry.name = {static_cast<std::uint64_t>(value["stack"].num()), value["interface"].str(),
                  static_cast<int>(value["index"].num())};
    entry.forwarding = value["forwarding"].str();
    entry.proxy_delay = value["proxy_delay"].str();
    entry.host_forwarding = value["host_forwarding"].str();
    for (const auto& jail : value["jails"].items()) entry.jails.push_back(jail.str());
    return entry;
}

Value value_of(const Entry& entry) {
    auto jails = Value::array();
    for (const auto& jail : entry.jails) jails.push(jail);
    return Value::object()
        .set("stack", entry.name.stack)
        .set("interface", entry.name.interface)
        .set("index", entry.name.index)
        .set("forwarding", entry.forwarding)
        .set("proxy_delay", entry.proxy_delay)
        .set("host_forwarding", entry.host_forwarding)
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
    const auto& interface = entry.name.interface;
    if (!entry.proxy_delay.empty()) (void)write_sysctl_if_there(proxy_delay_of(interface), entry.proxy_delay);
    const bool became_router = entry.host_forwarding == "0" && read_sysctl(all_forwarding) == "1";
    if (!entry.forwarding.empty() && !became_router) {
        (void)write_sysctl_if_there(forwarding_of(interface), entry.forwarding);
    }
}

}  // namespace

void take_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink) {
    Uplinks uplinks(invocation.configuration());
    auto* entry = uplinks.find(uplink);
    if (!entry) {
        entry = &uplinks.add({uplink, read_sysctl(forwarding_of(uplink.interface)).value_or(""),
                              read_sysctl(proxy_delay_of(uplink.interface)).value_or(""),
                              read_sysctl(all_forwarding).value_or(""), {}});
    }
    if (std::ranges::find(entry->jails, jail.key()) == entry->jails.end()) entry->jails.push_back(jail.key());
    uplinks.write();  // first: a crash after this line is undone with the old values
    write_sysctl(forwarding_of(uplink.interface), "1");
    write_sysctl(proxy_delay_of(uplink.interface), "0");
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

bool is_noted(const Configuration& configuration, const JailName& jail) {
    const auto stack = this_stack();
    return std::ranges::any_of(read_entries(StateDirectory::running(configuration)), [&](const Entry& entry) {
        return entry.name.stack == stack && std::ranges::find(entry.jails, jail.key()) != entry.jails.end();
    });
}

}  // namespace jailctl::lifecycle
