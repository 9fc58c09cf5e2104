#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::restic {

/// A snapshot of a jail as restic lists it.
struct Snapshot {
    std::string id;     ///< all 64 hexadecimal digits
    std::string maker;  ///< as maker_of() says it; empty: of older versions
    BackupInfo info;
};

/// The snapshots in the output of `restic snapshots --json` that are jailctl's, oldest first. @throws Error damaged
[[nodiscard]] std::vector<Snapshot> parse_snapshots(std::string_view json);
/// One that restic cannot read. It names it and lists the others, as if there were no more.
struct Unreadable {
    std::string digits;  ///< of its id, the first ones
    std::string line;    ///< what restic says
};
/// @param errors  of `restic snapshots`
[[nodiscard]] std::vector<Unreadable> unreadable_snapshots(std::string_view errors);
/// What a user sees and types: "snapshot/" and the first 16 digits. It holds a slash, so it is a path word.
[[nodiscard]] std::string shown_id(const std::string& id);
/// The digits in a word of a user's: its last component, 8 to 64 hexadecimal digits; nothing if it has none.
[[nodiscard]] std::optional<std::string> digits_of(const std::string& word);
/// Tags a snapshot of ours gets: what it is a backup of, how consistent, when taken, how large the tree, who made it.
[[nodiscard]] std::vector<std::string> tags_of(const BackupInfo& info, const std::string& maker);

}  // namespace jailctl::restic
