#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::backup {

/// What the host knows of a backup, whichever backend keeps it: when it was proven, when found damaged, whether it is
/// protected. Stands in STATE_DIR/backups/<key>.json beside the archives' records.
struct BackupMark {
    std::int64_t verified = 0, booted = 0, damaged = 0;  ///< Unix time; 0: never
    bool protect = false;
};

/// What is in no file of that id (a snapshot of restic) is known by its id. A file is known by its stamp: only of the
/// very file that was read is it true that it was proven, or found damaged. The protection goes with an archive that
/// was moved or copied, known by the last component of its name, its size, and its time or what its end marker says.
[[nodiscard]] BackupMark mark_of(const Configuration& configuration, const BackupInfo& backup);
/// What the host knows of it, set in `backup` itself.
void apply_mark(const Configuration& configuration, BackupInfo& backup);
void set_mark(const Configuration& configuration, const BackupInfo& backup, const BackupMark& mark);
/// Alters one member and leaves what else is known.
void set_protect(const Configuration& configuration, const BackupInfo& backup, bool on);
/// Drops the mark of a backup that was removed.
void forget_mark(const Configuration& configuration, const BackupInfo& backup);

/// The backend's list with what the host knows of each; see BackupBackend::list. Of all jails ("") those are left out
/// whose document cannot be read.
/// @param unread  told of each of them; none: it is an omission of the command
[[nodiscard]] std::vector<BackupInfo> list_marked(
    Invocation& invocation, BackupBackend& backend, const std::string& jail, const std::string& where,
    const std::function<void(const std::string& jail, const Error& why)>& unread = {});

/// BackupBackend::verify, with its result recorded, be it good or damaged. Not with --dry-run.
/// @param known  the backup as it was listed, or with id, jail and size alone
BackupInfo verify_marked(Invocation& invocation, BackupBackend& backend, const BackupInfo& known);

}  // namespace jailctl::backup
