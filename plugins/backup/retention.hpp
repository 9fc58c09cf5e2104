#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which backups BACKUP_KEEP keeps. Pure: no clock, no file. All periods are of UTC, a week
/// begins on Monday (ISO 8601).
namespace jailctl::backup {

/// Longest first: the order in which reasons are given.
enum class Period { yearly, monthly, weekly, daily, hourly, last };

struct KeepRule {
    Period period;
    std::size_t count;
};

/// BACKUP_KEEP, taken apart: rules, longest period first; none: everything is kept.
using KeepRules = std::vector<KeepRule>;
/// @param text  "last=3 daily=7": words of RULE=NUMBER, each rule once, NUMBER from 1 to 9999
/// @throws Error invalid: names the word and what would be accepted
[[nodiscard]] KeepRules parse_keep(std::string_view text);

/// What a decision depends on.
struct Candidate {
    std::int64_t taken = 0;  ///< Unix time
    bool verified = false, booted = false, protect = false;
    bool unusable = false;   ///< damaged, or not readable
    bool foreign = false;    ///< not made by this configuration, or not by jailctl at all
    bool named = false;      ///< somebody chose its name, and so made it for a purpose of his own
};

enum class Fate { keep, remove, unusable };

struct Verdict {
    Fate fate = Fate::remove;
    std::vector<std::string> reasons;  ///< of keep: "monthly 3 of 12", "newest verified"
};

/// The rules as restic and borg have them: going from the newest to the oldest, a rule keeps the newest backup of
/// each of its N most recent periods that have one; a backup may be kept by several rules, none takes it from
/// another; a rule of a period that found fewer than N keeps the oldest of all too, so that a history can grow.
/// Kept besides: protected ones, the newest verified, the newest booted; what others made, what somebody gave a name,
/// what is dated after `now` or not at all: these count for no rule. An unusable one counts for none either, and is
/// neither kept nor removed unless it is protected.
/// @param backups  oldest first; of several of one second the later in the list is the newer
/// @return one for each, in the same order
[[nodiscard]] std::vector<Verdict> judge(const KeepRules& rules, const std::vector<Candidate>& backups,
                                         std::int64_t now);

}  // namespace jailctl::backup
