#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

/// Which backup a command means by a word.
namespace jailctl::backup {

/// The jail that a word names, listed in JAILS or not. @throws Error usage: no hostname; the name of a file in it is a
/// path only with '/' in it, and that is the hint
[[nodiscard]] JailName jail_named(const std::string& word);
/// Of a jail with a mistake in its own file nobody knows the backend, the place and BACKUP_KEEP. @throws Error config
void require_known_place(const Jail& jail);
/// What to say of a jail that has none. @param key  of the jail
[[nodiscard]] Error no_backup_of(const Configuration& configuration, const std::string& key);

/// Oldest first, but what others made before all of ours: the last good one is the choice, and a jail of that name on
/// another host or in another configuration is another jail.
void prefer_own(std::vector<BackupInfo>& backups);

/// The newest backup of jail `key` at the configured place that nothing is known against: none
/// that verify found damaged.
/// @throws Error not_found: it has none; what the backend's list throws
[[nodiscard]] BackupInfo newest_usable(Invocation& invocation, BackupBackend& backend, const std::string& key);

/// What a word with '/' in it is to the backend of the host: a file by its absolute path; where no such file is, and
/// backups are no archives, the word itself, as 'backups' lists one.
[[nodiscard]] std::string backup_id(const Configuration& configuration, const std::string& word);

struct ChosenBackup {
    BackupBackend* backend;
    std::string id;
};
/// A backup as `word` names it: backup_id() if there is '/' in it, else the newest usable one of that jail.
/// @throws Error not_found: the jail has none
[[nodiscard]] ChosenBackup choose_backup(Invocation& invocation, const std::string& word);

/// Whether a path word names one backup, a file or a snapshot as it is listed; else a directory to choose from.
[[nodiscard]] bool names_backup(const std::optional<std::string>& path);
/// The backup that the path word names, or the newest good one of `jail` there; those it passes over are warned of.
/// @throws Error usage: "-"; not_found: there is none, or none is good
[[nodiscard]] std::string choose_to_restore(Invocation& invocation, BackupBackend& backend, const Jail& jail);

}  // namespace jailctl::backup
