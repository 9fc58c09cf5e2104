#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// What to write, and how far to believe it.
struct Wanted {
    std::string snapshot;            ///< all 64 digits
    std::vector<std::string> paths;  ///< raw, relative to the jail's root; none: all of it
    bool whole = false;              ///< else what the allow-list of security.md 6 lets pass
};

/// Has restic write a snapshot's tree into an empty private directory, whose owner and mode stay, and puts right what
/// restic could not. restic can write nowhere else. @return result of the helper's settle action @throws Error
Value write_tree(Invocation& invocation, const Repository& repository, const Wanted& wanted, int directory);

}  // namespace jailctl::restic
