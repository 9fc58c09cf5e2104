#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// A snapshot just made.
struct Stored {
    std::string id;  ///< all 64 digits
    std::vector<std::string> omissions;
    std::uint64_t sockets = 0;
};

/// Has restic read the tree, with what it would lose of it beside it. @throws Error as Repository::failure()
[[nodiscard]] Stored store_tree(Invocation& invocation, const Repository& repository, BackupSource& source,
                                const BackupInfo& info);

}  // namespace jailctl::restic
