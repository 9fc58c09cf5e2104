#pragma once

#include <functional>
#include <string>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::restic {

/// BACKUP_BACKEND=restic: each backup a snapshot in a restic repository, on this host or far away. restic reads the
/// tree itself (view.hpp); what restic 0.14 does not keep travels beside it in a manifest of the tree helper's.
class ResticBackend final : public BackupBackend {
public:
    void check(Invocation& invocation, const Jail& jail, const std::string& where) override;
    StoredBackup store(Invocation& invocation, BackupSource& source, const std::string& where) override;
    std::vector<BackupInfo> list(Invocation& invocation, const std::string& jail, const std::string& where) override;
    OpenBackup open(Invocation& invocation, const std::string& id) override;
    std::uint64_t restored_size(Invocation& invocation, const std::string& id) override;
    Value restore(Invocation& invocation, const std::string& id, const RestoreTarget& target) override;
    BackupInfo verify(Invocation& invocation, const std::string& id) override;
    void contents(Invocation& invocation, const std::string& id,
                  const std::function<void(const Value::Array& entries)>& take) override;
    Value extract(Invocation& invocation, const std::string& id, const BackupExtract& wanted) override;
    /// Forgets the snapshot and frees what only it held.
    void remove(Invocation& invocation, const std::string& id) override;
    /// The same for all of them at once: what only they held is looked for one time.
    void remove_several(Invocation& invocation, const std::vector<std::string>& ids,
                        const std::function<void(const std::string& id)>& gone) override;
};

}  // namespace jailctl::restic
