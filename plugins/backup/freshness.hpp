#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"

/// Whether a jail has a backup that is recent and proven. Pure: no clock, no file.
namespace jailctl::backup {

/// BACKUP_MAX_AGE: "8d", "36h", "90min"; nothing for "none". @throws Error invalid
[[nodiscard]] std::optional<std::chrono::seconds> parse_max_age(std::string_view text);

/// What is wrong with the backups of a jail.
struct Staleness {
    std::string code;     ///< "backup-missing", "backup-old", "backup-unverified", "backup-unusable"
    std::string message;  ///< a sentence with the jail's name
    std::string hint;
};
/// @param backups  of the jail `name`, in any order
[[nodiscard]] std::optional<Staleness> staleness_of(const std::string& name, const std::vector<BackupInfo>& backups,
                                                    std::chrono::seconds max_age, std::int64_t now);
/// The newest of them, or null.
[[nodiscard]] const BackupInfo* newest_of(const std::vector<BackupInfo>& backups);

}  // namespace jailctl::backup
