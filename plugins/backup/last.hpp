#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"

/// The newest backup of a jail, noted beside the records of archives and the marks, so that `status` can tell it at
/// once: a repository would have to be asked by a process.
namespace jailctl::backup {

void note_last(const Configuration& configuration, const BackupInfo& backup);
/// After the removal of a backup: then an older one is the newest, if there is one.
void forget_last(const Configuration& configuration, const BackupInfo& backup);
/// With what the marks know of it. @param which  usable: nothing says that it cannot be used @throws Error damaged, io
[[nodiscard]] std::optional<BackupInfo> last_noted(const Configuration& configuration, const std::string& jail_key,
                                                   JailBackup::Which which);

}  // namespace jailctl::backup
