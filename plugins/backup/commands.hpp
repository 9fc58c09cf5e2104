#pragma once

#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

/// The commands of this plugin; each makes its own Command, options and body together, in the file of its name.
namespace jailctl::backup {

[[nodiscard]] Command make_backup_command();
[[nodiscard]] Command make_restore_command();
[[nodiscard]] Command make_backups_command();
[[nodiscard]] Command make_verify_command();
[[nodiscard]] Command make_expire_command();
[[nodiscard]] Command make_protect_command();
[[nodiscard]] Command make_extract_command();

/// What was asked of `backup JAIL`.
struct BackupWish {
    std::string where;       ///< as the path word; empty: BACKUPDIR
    bool cold_only = false;  ///< refuse a running jail
    bool protect = false;    ///< keep it from expire
};
/// What `backup JAIL` does: hooks, the configured backend, the report, then what BACKUP_KEEP does not keep goes.
[[nodiscard]] Outcome back_up(Invocation& invocation, const Jail& jail, const BackupWish& wish);

/// `backups WORD --contents`: what the backup holds, in text and JSON.
void list_contents(Invocation& invocation, const std::string& word);

/// The jails named that are in JAILS no more: what one may look for is their backups. @return their keys
/// @param where  as the path word  @throws Error usage: there is neither such a jail nor a backup of one
[[nodiscard]] std::vector<std::string> jails_with_backups(Invocation& invocation, const std::string& where);

/// The backend that BACKUP_BACKEND names for a jail (or for the host).
[[nodiscard]] BackupBackend& backend_for(Invocation& invocation, const Settings& settings);
/// "cold", or "live, 2 left out or changed while read".
[[nodiscard]] std::string describe_grade(Grade grade, std::uint64_t omitted);
/// "2026-11-23 15:32:00" in UTC.
[[nodiscard]] std::string describe_time(std::int64_t unix_seconds);
/// "1 entry", "312 entries".
[[nodiscard]] std::string count_entries(std::int64_t count);

}  // namespace jailctl::backup
