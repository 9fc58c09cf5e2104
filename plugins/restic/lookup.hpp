#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/value.hpp"
#include "repository.hpp"
#include "snapshots.hpp"

namespace jailctl::restic {

/// Those of jailctl's that `restic snapshots --json` told of.
/// @throws Error as Repository::failure(); invalid: it told something else
[[nodiscard]] std::vector<Snapshot> snapshots_in(const Repository& repository, const Answer& answer);
/// The snapshot of jailctl's that a user's word names. @throws Error not_found, and as Repository::failure()
[[nodiscard]] Snapshot find(const Repository& repository, const std::string& word);
/// What store() wrote beside the tree: "description" and "counts". @throws Error as Repository::failure(), damaged
[[nodiscard]] Value description_of(const Repository& repository, const std::string& id);

}  // namespace jailctl::restic
