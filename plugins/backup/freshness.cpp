#include "freshness.hpp"

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"
#include "place.hpp"

namespace jailctl::backup {
namespace {

using std::chrono::seconds;

constexpr std::int64_t most_days = 36500;

bool is_newer(const BackupInfo& backup, const BackupInfo* than) {
    return than == nullptr || backup.taken >= than->taken;
}

std::string age_text(std::int64_t age) {
    constexpr std::int64_t day = 86400, hour = 3600;
    if (age >= 2 * day) return std::to_string(age / day) + " days";
    return std::to_string(age / hour) + " hours";
}

Staleness unusable(const std::string& name, const BackupInfo& newest) {
    return {"backup-unusable",
            "the newest backup of jail " + name + ", " + escape_name(newest.id) +
                ", cannot be used: " + problem_beside_name(newest),
            "make another: 'jailctl backup " + name + "'"};
}

}  // namespace

std::optional<seconds> parse_max_age(std::string_view text) {
    if (text == "none") return std::nullopt;
    try {
        const seconds age = text.ends_with('d')
                                ? std::chrono::days(parse_number(text.substr(0, text.size() - 1), 1, most_days))
                                : seconds(parse_seconds(text));
        if (age.count() > 0) return age;
    } catch (const Error&) {
        // said below, with what is accepted here
    }
    throw Error(Errc::invalid, "'" + std::string(text) + "' is no age of a backup: 8d, 36h, or none");
}

const BackupInfo* newest_of(const std::vector<BackupInfo>& backups) {
    const BackupInfo* newest = nullptr;
    for (const auto& backup : backups)
        if (is_newer(backup, newest)) newest = &backup;
    return newest;
}

std::optional<Staleness> staleness_of(const std::string& name, const std::vector<BackupInfo>& backups, seconds max_age,
                                      std::int64_t now) {
    const std::string make_one = "make one: 'jailctl backup " + name + "'";
    const BackupInfo* newest = newest_of(backups);
    if (newest == nullptr) return Staleness{"backup-missing", "jail " + name + " has no backup", make_one};
    if (!newest->problem.empty()) return unusable(name, *newest);
    const BackupInfo* proven = nullptr;
    for (const auto& backup : backups)
        if (backup.problem.empty() && backup.verified != 0 && is_newer(backup, proven)) proven = &backup;
    if (proven == nullptr)
        return Staleness{"backup-unverified", "no backup of jail " + name + " was ever verified; the newest is of " +
                         describe_time(newest->taken), "prove it: 'jailctl verify " + name + "'"};
    const std::int64_t age = now - proven->taken;
    if (age <= max_age.count()) return std::nullopt;
    const std::string hint = proven == newest ? make_one : "prove the newest: 'jailctl verify " + name + "'";
    return Staleness{"backup-old",
                     "the newest verified backup of jail " + name + " is of " + describe_time(proven->taken) + ", " +
                         age_text(age) + " ago",
                     hint};
}

}  // namespace jailctl::backup
