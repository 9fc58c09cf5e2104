#pragma once

#include "jailctl/sdk/services/backup_backend.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// BackupBackend::extract(): restic writes what is wanted into a private directory of STATE_DIR, that is packed as a
/// tar, and the tree helper takes it out of it as out of any archive, by the same rules. The directory is removed
/// again; one of a killed command goes with the next extract.
/// @param whole  this host vouches for the snapshot  @throws Error as BackupBackend::extract()
Value take_out(Invocation& invocation, const Repository& repository, const std::string& id, bool whole,
               const BackupExtract& wanted);

}  // namespace jailctl::restic
