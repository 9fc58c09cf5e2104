#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "file_stamp.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
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
    FileStamp stamp{};           ///< of the file as it was last proven; not known in records of older times
};

/// As the backup of the jail with that key.
[[nodiscard]] BackupInfo info_of(const BackupRecord& record, const std::string& jail_key);

/// Records of one jail's backups: STATE_DIR/backups/<key>.json. Unknown members of a newer version are kept.
class BackupRecords {
public:
    BackupRecords(const Configuration& configuration, std::string jail_key);
    [[nodiscard]] std::vector<BackupRecord> all() const;
    /// Whether a record is of that name and size, whatever stands there now. The name is the last component: an archive
    /// may have been moved.
    [[nodiscard]] bool has(const std::filesystem::path& file, std::uint64_t size) const;
    void add(const BackupRecord& record) const;
    /// The file was read and has the record's digest. Where the record's own file is no more, it is of this one now.
    void set_verified(const BackupRecord& record, const std::string& file, const FileStamp& stamp,
                      std::int64_t when) const;
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
/// @throws Error io: there is none, but the records of some jail cannot be read
[[nodiscard]] std::optional<FoundRecord> find_record(const Configuration& configuration, std::uint64_t size,
                                                     const std::function<std::string()>& digest);

/// Whether a record is of a file of that size: only then is its digest worth the reading.
[[nodiscard]] bool may_be_recorded(const Configuration& configuration, std::uint64_t size);

/// Whether the file that a record was written for is there, and as it was.
[[nodiscard]] bool stands(const BackupRecord& record);

/// The records as they stand, each jail's read once: for many files.
class KnownRecords {
public:
    explicit KnownRecords(const Configuration& configuration) : configuration_(configuration) {}
    /// The record of this very file, by what stat says of it and not by its name.
    /// @param jail  key of the jail it may be of; "": any. Records that cannot be read are taken for
    /// none (list_marked() tells)
    [[nodiscard]] std::optional<FoundRecord> find(const FileStamp& file, const std::string& jail);
    [[nodiscard]] const Configuration& configuration() const noexcept { return configuration_; }

private:
    [[nodiscard]] const std::vector<BackupRecord>& of(const std::string& jail);
    [[nodiscard]] const std::vector<BackupRecord>& of_readable(const std::string& jail);
    const Configuration& configuration_;
    std::map<std::string, std::vector<BackupRecord>> read_;
};

/// Whether a record of this host is of the file at this very path.
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
