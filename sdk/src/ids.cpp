// Ranges of host ids: each jail owns ids_per_jail that no other jail of this host has, whatever its configuration, kept
// in STATE_DIR/ids.json until it is deleted.
#include <algorithm>
#include <charconv>
#include <set>

#include "id_givers.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/shared_ids.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl {

namespace {

constexpr std::uint64_t range_size = ids_per_jail;
// Above what systemd-nspawn takes for itself: 524288 to 1879048191.
constexpr std::uint64_t first_range = 1879048192;
constexpr std::uint64_t end_of_ids = 4294967295 - 1;        // (uid_t)-1 and -2 mean something else

struct Range {
    std::uint64_t first, count;
    [[nodiscard]] bool meets(std::uint64_t base) const { return first < base + range_size && base < first + count; }
};

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Ranges of "name:first:count" lines; what is written otherwise grants nothing, here as for newuidmap.
void add_subordinate(const std::string& file, std::vector<Range>& taken) {
    const UniqueFd fd = find_trusted(file, Trust::root);
    if (!fd) return;
    const std::string text = read_all(fd.get(), 16U << 20U, file);
    for (const std::string_view line : lines_of(text)) {
        const auto first = line.find(':');
        const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
        if (second == line.npos) continue;
        taken.push_back({number_of(line.substr(first + 1, second - first - 1)), number_of(line.substr(second + 1))});
    }
}

Value read_ids(const StateDirectory& state) {
    Value document = state.read("", "ids").value_or(Value{});
    const std::string file = (state.path() / "ids.json").string();
    if (!document.is_object()) {
        document.set("format", 1).set("ranges", Value::object());
    } else if (document["format"].num() != 1 || !document["ranges"].is_object()) {
        // Taken for empty it would be written over, and ranges in use given away a second time.
        throw Error(Errc::damaged, document["format"].num() > 1 ? file + " was written by a newer version of jailctl"
                                                                : file + " is damaged: it has no known format");
    }
    constexpr auto size = static_cast<std::int64_t>(range_size);
    std::set<std::int64_t> given;  // first ids
    for (const auto& [key, base] : document["ranges"].members()) {
        const std::int64_t number = base.num(-1);
        if (number < static_cast<std::int64_t>(range_size) ||
            number > static_cast<std::int64_t>(end_of_ids - range_size)) {
            throw Error(Errc::damaged, file + " is damaged: no range of ids for " + key)
                .with_hint("repair it from a backup; two jails must never share ids");
        }
        const auto near = given.upper_bound(number - size);  // the first that could reach into this one
        if (near != given.end() && *near < number + size) {
            throw Error(Errc::damaged, file + " is damaged: the ids of " + key + " are those of another jail, too")
                .with_hint("repair it from a backup; two jails must never share ids");
        }
        given.insert(number);
    }
    return document;
}

void add_given(const Value& document, std::vector<Range>& taken) {
    for (const auto& member : document["ranges"].members())
        taken.push_back({static_cast<std::uint64_t>(member.second.num()), range_size});
}

Value given_in(const std::filesystem::path& state_dir) {
    return in_context("the ids of another configuration of this host must be known",
                      [&] { return read_ids(StateDirectory::lasting_in(state_dir)); });
}

/// Who has given nothing, or is gone with his STATE_DIR, is forgotten; should that come back, its next start notes it.
void add_given_by_others(const Configuration& configuration, std::vector<Range>& taken) {
    for (const auto& state_dir : other_givers(configuration)) {
        const Value given = given_in(state_dir);
        if (given["ranges"].members().empty()) forget_giver(state_dir);
        add_given(given, taken);
    }
}

std::uint64_t free_range(const Configuration& configuration, const Value& document) {
    std::vector<Range> taken;
    add_given(document, taken);
    add_given_by_others(configuration, taken);
    add_subordinate("/etc/subuid", taken);
    add_subordinate("/etc/subgid", taken);
    for (std::uint64_t base = first_range; base + range_size <= end_of_ids; base += range_size) {
        if (std::none_of(taken.begin(), taken.end(), [base](const Range& range) { return range.meets(base); }))
            return base;
    }
    throw Error(Errc::failed, "no range of user ids is left for another jail");
}

std::optional<std::uint32_t> range_in(const Value& document, const JailName& jail) {
    const Value& base = document["ranges"][jail.key()];
    return base.is_int() ? std::optional(static_cast<std::uint32_t>(base.num())) : std::nullopt;
}

/// For a jail that has its ids: it has had them all along, and starts where nothing can be noted (/var is read-only).
void note_if_possible(const Configuration& configuration) {
    try {
        note_giver(configuration);
    } catch (const Error&) {
        // the next use of ids of this configuration tries again
    }
}

/// One for all configurations.
Lock lock_allotment() { return Lock::for_allotment(StateDirectory::of_host().open("").get()); }

}  // namespace

std::optional<std::uint32_t> known_id_range(const Configuration& configuration, const JailName& jail) {
    return range_in(read_ids(StateDirectory::lasting(configuration)), jail);
}

std::vector<std::string> jails_with_ids(const Configuration& configuration) {
    const Value document = read_ids(StateDirectory::lasting(configuration));
    std::vector<std::string> keys;
    for (const auto& [key, base] : document["ranges"].members()) keys.push_back(key);
    return keys;
}

std::uint32_t id_range(const Configuration& configuration, const JailName& jail) {
    const auto known = known_id_range(configuration, jail);
    if (known && is_known_giver(configuration)) return *known;
    const Lock lock = lock_allotment();
    if (known) {
        note_if_possible(configuration);
        return *known;
    }
    note_giver(configuration);  // first: a crash after this line has given nothing yet
    const auto state = StateDirectory::lasting(configuration);
    Value document = read_ids(state);
    if (const auto meanwhile = range_in(document, jail)) return *meanwhile;
    const std::uint64_t base = free_range(configuration, document);
    Value ranges = document["ranges"];
    ranges.set(jail.key(), base);
    document.set("ranges", std::move(ranges));
    state.write("", "ids", document);
    return static_cast<std::uint32_t>(base);
}

void release_ids(const Configuration& configuration, const JailName& jail) {
    // Also without a range: who was killed between the note and that has left the note alone, or the beginning of one.
    const Lock lock = lock_allotment();
    const auto state = StateDirectory::lasting(configuration);
    Value document = read_ids(state);
    Value ranges = Value::object();
    for (const auto& [key, base] : document["ranges"].members()) {
        if (key != jail.key()) ranges.set(key, base);
    }
    const bool none = ranges.members().empty(), had = range_in(document, jail).has_value();
    document.set("ranges", std::move(ranges));
    if (had) state.write("", "ids", document);
    if (none) forget_giver(state_dir_of(configuration));
}

std::vector<SharedIds> shared_ids(const Configuration& configuration) {
    std::vector<SharedIds> shared;
    const Value ours = read_ids(StateDirectory::lasting(configuration));
    for (const auto& state_dir : other_givers(configuration)) {
        const Value theirs = given_in(state_dir);
        for (const auto& [other, base] : theirs["ranges"].members()) {
            const Range range{static_cast<std::uint64_t>(base.num()), range_size};
            for (const auto& [jail, own] : ours["ranges"].members())
                if (range.meets(static_cast<std::uint64_t>(own.num())))
                    shared.push_back({jail, other, state_dir.string()});
        }
    }
    return shared;
}

}  // namespace jailctl
