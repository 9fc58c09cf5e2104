#pragma once

#include "jailctl/sdk/services/backup_backend.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// Reads everything of a new snapshot back, if RESTIC_READ_BACK says so; one that is damaged is forgotten.
/// @return whether it was read
/// @throws Error damaged, and as Repository::failure() where restic does not say that data of the snapshot is
[[nodiscard]] bool prove(const Repository& repository, const Settings& settings, const std::string& id);
/// The repository's structure, and every byte of the snapshot. @throws Error as prove()
void require_good(const Repository& repository, const std::string& id);

}  // namespace jailctl::restic
