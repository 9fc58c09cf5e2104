#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::backup {

/// `verify --boot`: restores the backup into a scratch jail beside its jail, starts that without network, sees that it
/// becomes ready (jail_health.hpp), and removes it whatever happens. Records the time. What a kill
/// leaves, the next command that changes the jail removes, or the next `verify --boot` of it.
/// @throws Error busy: another command works on the jail; failed: it does not run; and what unpacking throws
void prove_boot(Invocation& invocation, BackupBackend& backend, BackupInfo& backup);

/// Registers what removes a scratch jail: "backup.unboot" {directory}.
void register_boot_undo(Registrar& host);

}  // namespace jailctl::backup
