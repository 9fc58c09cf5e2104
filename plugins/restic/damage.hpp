#pragma once

#include <string>
#include <string_view>

/// What restic's complaints say of the data. A mark of damage makes a backup unusable and lets `expire
/// --damaged` remove it: restic's own words for data that is not what was stored are damage, everything else
/// "could not be looked at".
namespace jailctl::restic {

/// What restic said last, one line, cut where it is too long for eyes; of a lock that somebody holds, and of an error
/// that it tells with its own calls behind, the line that says it.
[[nodiscard]] std::string last_said(std::string_view text);
/// True if restic read data of a snapshot, and it is not what was stored there. Not said of an
/// index, which is made again.
[[nodiscard]] bool found_damage(std::string_view errors);
/// True if `check`, which lists the packs, misses one or finds one too short that `reading` failed for.
[[nodiscard]] bool lacks_its_pack(std::string_view check, std::string_view reading);
/// True if `check` looked at everything and found something; else it could not look.
[[nodiscard]] bool check_ended(std::string_view check);
/// The line that tells what is wrong; empty: none does better than the last.
[[nodiscard]] std::string complaint_of(std::string_view errors);

}  // namespace jailctl::restic
