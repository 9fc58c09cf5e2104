#pragma once

#include <functional>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "retention.hpp"

namespace jailctl::backup {

/// A backup and what BACKUP_KEEP says of it.
struct Judged {
    BackupInfo backup;
    Verdict verdict;
};

/// Backups of one jail in its configured place, oldest first. @throws Error as BackupBackend::list
[[nodiscard]] std::vector<Judged> judge_backups(Invocation& invocation, const std::string& jail_key,
                                                const Settings& settings);
/// Removes them at once, but for those that were protected by now; with --dry-run it only tells which.
/// @param gone  called for each that is removed, or would be
void remove_backups(Invocation& invocation, BackupBackend& backend, const std::vector<BackupInfo>& backups,
                    const std::function<void(const BackupInfo& backup)>& gone);
/// What follows a good backup of the jail: a failure leaves more than wanted, so it is an omission.
void expire_after_backup(Invocation& invocation, const Jail& jail);

}  // namespace jailctl::backup
