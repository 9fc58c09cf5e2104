#include "retention.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

// In the order of Period.
constexpr std::string_view names[] = {"yearly", "monthly", "weekly", "daily", "hourly", "last"};
constexpr const char* accepted = "last, hourly, daily, weekly, monthly and yearly, each as RULE=NUMBER";
constexpr std::int64_t most_kept = 9999;

std::string_view name_of(Period period) { return names[static_cast<std::size_t>(period)]; }

Period parse_period(const std::string& word, const std::string& name) {
    const auto at = std::find(std::begin(names), std::end(names), name);
    if (at != std::end(names)) return static_cast<Period>(at - std::begin(names));
    const std::string near = nearest(name, {std::begin(names), std::end(names)});
    throw Error(Errc::invalid, "'" + word + "': there is no rule '" + name + "'" +
                                   (near.empty() ? std::string("; the rules are ") + accepted : ", perhaps " + near));
}

std::size_t parse_count(const std::string& word, const std::string& number) {
    try {
        return static_cast<std::size_t>(parse_number(number, 1, most_kept));
    } catch (const Error&) {
        throw Error(Errc::invalid, "'" + word + "': after '=' a whole number from 1 to " + std::to_string(most_kept) +
                                       " is expected; a rule that is to keep nothing is left out");
    }
}

/// The period `taken` lies in, as a number that grows with time. Of `last` every backup is a period of its own.
std::int64_t period_of(Period period, std::int64_t taken, std::size_t position) {
    using namespace std::chrono;
    const auto day = floor<days>(sys_seconds(seconds(taken)));
    const year_month_day date(day);
    switch (period) {
    case Period::last: return static_cast<std::int64_t>(position);
    case Period::hourly: return floor<hours>(sys_seconds(seconds(taken))).time_since_epoch().count();
    case Period::daily: return day.time_since_epoch().count();
    case Period::weekly: return floor<weeks>(day.time_since_epoch() + days(3)).count();  // 1970-01-01 was a Thursday
    case Period::monthly: return static_cast<int>(date.year()) * 12LL + static_cast<unsigned>(date.month());
    case Period::yearly: return static_cast<int>(date.year());
    }
    return 0;
}

void keep(Verdict& verdict, std::string reason) {
    verdict.fate = Fate::keep;
    verdict.reasons.push_back(std::move(reason));
}

/// @param newest_first  positions of the backups that count
void apply_rule(const KeepRule& rule, const std::vector<Candidate>& backups,
                const std::vector<std::size_t>& newest_first, std::vector<Verdict>& verdicts) {
    std::size_t kept = 0;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (const auto at : newest_first) {
        if (kept == rule.count) return;
        const auto period = period_of(rule.period, backups[at].taken, at);
        const bool first_of_period = period != before;
        const bool oldest = at == newest_first.back();
        before = period;
        if (!first_of_period && !oldest) continue;
        ++kept;
        keep(verdicts[at], std::string(name_of(rule.period)) + " " + std::to_string(kept) + " of " +
                               std::to_string(rule.count) + (first_of_period ? "" : " (the oldest)"));
    }
}

void keep_exempt(const Candidate& backup, std::int64_t now, Verdict& verdict) {
    if (backup.unusable) verdict.fate = Fate::unusable;
    else if (backup.foreign) keep(verdict, "not made by this configuration");
    else if (backup.named) keep(verdict, "its name was chosen by hand");
    else if (backup.taken <= 0) keep(verdict, "its time is not known");
    else if (backup.taken > now) keep(verdict, "dated in the future");
    if (backup.protect) keep(verdict, "protected");
}

bool counts(const Candidate& backup, std::int64_t now) {
    return !backup.unusable && !backup.foreign && !backup.named && backup.taken > 0 && backup.taken <= now;
}

}  // namespace

KeepRules parse_keep(std::string_view text) {
    KeepRules rules;
    for (const auto& word : split_words(text)) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Error(Errc::invalid, "'" + word + "' is no rule: expected " + accepted);
        const KeepRule rule{parse_period(word, word.substr(0, equals)), parse_count(word, word.substr(equals + 1))};
        if (std::any_of(rules.begin(), rules.end(), [&](const KeepRule& other) { return other.period == rule.period; }))
            throw Error(Errc::invalid,
                        "'" + word + "': the rule " + std::string(name_of(rule.period)) + " is given twice");
        rules.push_back(rule);
    }
    std::sort(rules.begin(), rules.end(), [](const KeepRule& a, const KeepRule& b) { return a.period < b.period; });
    return rules;
}

std::vector<Verdict> judge(const KeepRules& rules, const std::vector<Candidate>& backups, std::int64_t now) {
    std::vector<Verdict> verdicts(backups.size());
    std::vector<std::size_t> newest_first;
    for (std::size_t at = backups.size(); at-- > 0;) {
        keep_exempt(backups[at], now, verdicts[at]);
        if (counts(backups[at], now)) newest_first.push_back(at);
    }
    std::stable_sort(newest_first.begin(), newest_first.end(),
                     [&](std::size_t a, std::size_t b) { return backups[a].taken > backups[b].taken; });
    for (const auto& rule : rules) apply_rule(rule, backups, newest_first, verdicts);
    const auto keep_newest = [&](bool Candidate::*proof, const char* reason) {
        const auto at = std::find_if(newest_first.begin(), newest_first.end(),
                                     [&](std::size_t i) { return backups[i].*proof; });
        if (at != newest_first.end()) keep(verdicts[*at], reason);
    };
    keep_newest(&Candidate::verified, "newest verified");
    keep_newest(&Candidate::booted, "newest booted");
    if (!rules.empty()) return verdicts;
    for (auto& verdict : verdicts)
        if (verdict.fate == Fate::remove) keep(verdict, "BACKUP_KEEP is not set");
    return verdicts;
}

}  // namespace jailctl::backup
