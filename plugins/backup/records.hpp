#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// What this host wrote down about a backup when it made it: the ground on which a restore vouches for an archive.
struct BackupRecord {
    std::string file;            ///< absolute path under which it was published
    std::uint64_t size = 0;
    std::string sha256;          ///< of the file's bytes
    std::int64_t taken = 0;
    std::string grade;
    std::uint64_t changed = 0;   ///< files that changed while they were read
    std::int64_t verified = 0;   ///< 0: never
};

/// Records of one jail's backups: STATE_DIR/backups/<key>.json. Unknown members of a newer version are kept.
class BackupRecords {
public:
    BackupRecords(const Configuration& configuration, std::string jail_key);
    [[nodiscard]] std::vector<BackupRecord> all() const;
    /// The record of a file of that name and size. The name is the last component: an archive may have been moved.
    [[nodiscard]] std::optional<BackupRecord> find(const std::filesystem::path& file, std::uint64_t size) const;
    void add(const BackupRecord& record) const;
    void set_verified(const BackupRecord& record, std::int64_t when) const;

    void forget(const std::string& file) const;
    [[nodiscard]] const std::string& jail() const noexcept { return key_; }

private:
    void alter(const std::function<void(Value::Array& backups)>& change) const;
    const Configuration& configuration_;
    std::string key_;
};

/// A record and whose jail it is of.
struct FoundRecord {
    std::string jail;  ///< key
    BackupRecord record;
};
/// The record of a file of that size, of whichever jail, by what the file is and not by its name: it may have any.
/// @param digest  gives the SHA-256 of the file; called only if a record is of that size
[[nodiscard]] std::optional<FoundRecord> find_record(const Configuration& configuration, std::uint64_t size,
                                                     const std::function<std::string()>& digest);

/// Whether a record is of a file of that size: only then is its digest worth the reading.
[[nodiscard]] bool may_be_recorded(const Configuration& configuration, std::uint64_t size);

/// Whether a record of this host names this very path.
[[nodiscard]] bool is_recorded(const Configuration& configuration, const std::string& file);
/// Drops the records of that path, of whichever jail.
void forget_record(const Configuration& configuration, const std::string& file);

/// STATE_DIR/backups/<key>.json, for the records here and the marks (marks.hpp). The document names its jail: one that
/// was copied to another jail's name says nothing. @throws Error damaged
[[nodiscard]] Value read_notes(const Configuration& configuration, const std::string& jail_key);
/// Reads it, lets `change` alter the document, writes: one writer at a time. @throws Error unsupported: a newer format
void alter_notes(const Configuration& configuration, const std::string& jail_key,
                 const std::function<void(Value& document)>& change);

/// Keys of the jails that have records.
[[nodiscard]] std::vector<std::string> recorded_jails(const Configuration& configuration);

}  // namespace jailctl::backup
