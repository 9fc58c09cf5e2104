#include "uplink_notes.hpp"

#include <algorithm>
#include <filesystem>

#include "jailctl/sdk/error.hpp"
#include "netns.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr auto document_name = "network";

UplinkNote note_from(const Value& value) {
    UplinkNote note;
    note.name = {static_cast<std::uint64_t>(value["stack"].num()), value["interface"].str(),
                 static_cast<int>(value["index"].num())};
    for (const auto& kept : value["settings"].items())
        note.settings.push_back({kept["name"].str(), kept["before"].str(), kept["host_routed"].truth()});
    for (const auto& user : value["users"].items()) note.users.push_back({user["run_dir"].str(), user["jail"].str()});
    for (const auto& jail : value["jails"].items())  // format 1: each RUN_DIR had one, and this is that of the default
        note.users.push_back({StateDirectory::of_host().path().string(), jail.str()});
    return note;
}

Value value_of(const UplinkNote& note) {
    auto users = Value::array();
    for (const auto& user : note.users)
        users.push(Value::object().set("run_dir", user.run_dir).set("jail", user.jail));
    auto settings = Value::array();
    for (const auto& kept : note.settings)
        settings.push(
            Value::object().set("name", kept.name).set("before", kept.before).set("host_routed", kept.host_routed));
    return Value::object()
        .set("stack", note.name.netns)
        .set("interface", note.name.interface)
        .set("index", note.name.index)
        .set("settings", std::move(settings))
        .set("users", std::move(users));
}

/// What another boot wrote is void: its interfaces and settings are gone.
std::vector<UplinkNote> read_notes(const StateDirectory& state) {
    std::vector<UplinkNote> notes;
    const auto document = state.read("", document_name);
    if (!document || (*document)["boot_id"].str() != boot_id()) return notes;
    for (const auto& value : (*document)["uplinks"].items()) notes.push_back(note_from(value));
    return notes;
}

/// A start journals before it notes, a stop removes the record after it: whoever has neither, nor a link, is gone,
/// perhaps with all of its configuration.
bool is_there(const UplinkUser& user, const UplinkNote& note) {
    namespace fs = std::filesystem;
    std::error_code unreadable;
    const fs::path run_dir = user.run_dir;
    if (!fs::exists(run_dir, unreadable) && !unreadable) return false;
    if (note.name.netns != this_netns()) return true;  // whose link cannot be seen from here
    if (fs::exists(run_dir / "jails" / (user.jail + ".json"), unreadable) || unreadable) return true;
    if (fs::exists(run_dir / "journal" / user.jail, unreadable) || unreadable) return true;
    Netlink netlink(NETLINK_ROUTE);
    return find_link(netlink, veth_of(JailName(user.jail)).host_name).has_value();
}

}  // namespace

std::vector<UplinkNote> read_uplink_notes() { return read_notes(StateDirectory::of_host()); }

UplinkUser user_of(const Configuration& configuration, const JailName& jail) {
    return {configuration.path("RUN_DIR").lexically_normal().string(), jail.key()};
}

bool is_same(const UplinkName& a, const UplinkName& b) noexcept { return a.netns == b.netns && a.index == b.index; }

UplinkNotes::UplinkNotes()
    : state_(StateDirectory::of_host()),
      lock_(Lock::for_allotment(state_.open("").get())),
      notes_(read_notes(state_)) {}

UplinkNote* UplinkNotes::find(const UplinkName& name) {
    const auto at = std::ranges::find_if(notes_, [&](const UplinkNote& note) { return is_same(note.name, name); });
    return at == notes_.end() ? nullptr : &*at;
}

void UplinkNotes::remove(const UplinkName& name) {
    std::erase_if(notes_, [&](const UplinkNote& note) { return is_same(note.name, name); });
}

std::vector<UplinkNote> UplinkNotes::take_unused(const Configuration& configuration) {
    const auto own = configuration.path("RUN_DIR").lexically_normal().string();
    for (auto& note : notes_)
        std::erase_if(note.users, [&](const UplinkUser& user) { return user.run_dir != own && !is_there(user, note); });
    const auto unused = std::ranges::stable_partition(notes_,
                                                      [](const UplinkNote& note) { return !note.users.empty(); });
    std::vector<UplinkNote> taken(std::make_move_iterator(unused.begin()), std::make_move_iterator(unused.end()));
    notes_.erase(unused.begin(), unused.end());
    return taken;
}

void UplinkNotes::write() const {
    if (notes_.empty()) return state_.remove("", document_name);
    auto uplinks = Value::array();
    for (const auto& note : notes_) uplinks.push(value_of(note));
    state_.write("", document_name,
                 Value::object().set("format", 2).set("boot_id", boot_id()).set("uplinks", std::move(uplinks)));
}

}  // namespace jailctl::lifecycle
