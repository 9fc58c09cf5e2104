#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::backup {

/// BACKUP_BACKEND=archive: one tar or tar.gz per backup, in a directory. A file under its final name is always a good
/// backup: it is written under a temporary one, synced, read back and compared, recorded, then renamed.
class ArchiveBackend final : public BackupBackend {
public:
    void check(Invocation& invocation, const Jail& jail, const std::string& where) override;
    StoredBackup store(Invocation& invocation, BackupSource& source, const std::string& where) override;
    std::vector<BackupInfo> list(Invocation& invocation, const std::string& jail, const std::string& where) override;
    std::optional<std::uint64_t> free_space(Invocation& invocation, const Jail& jail) override;
    OpenBackup open(Invocation& invocation, const std::string& backup) override;
    std::uint64_t restored_size(Invocation& invocation, const std::string& backup) override;
    BackupInfo verify(Invocation& invocation, const std::string& backup) override;
    /// These two do not ask whether this host made the archive: that would read all of it.
    void contents(Invocation& invocation, const std::string& backup,
                  const std::function<void(const Value::Array& entries)>& take) override;
    Value extract(Invocation& invocation, const std::string& backup, const BackupExtract& wanted) override;
    void remove(Invocation& invocation, const std::string& backup) override;
};

}  // namespace jailctl::backup
