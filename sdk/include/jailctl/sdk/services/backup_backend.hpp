#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// How consistent a backup is (jailctl(8), backup). Later grades are added at the end.
enum class Grade { cold, live, snapshot, frozen, unknown };
[[nodiscard]] JAILCTL_SDK_EXPORT std::string_view grade_name(Grade grade) noexcept;
[[nodiscard]] JAILCTL_SDK_EXPORT Grade parse_grade(std::string_view name) noexcept;  ///< unknown for any other word

/// One backup as a backend knows it.
struct BackupInfo {
    std::string id;            ///< what open() and verify() take: for "archive" the absolute path of the file
    std::string jail;
    std::int64_t taken = 0;    ///< Unix time
    std::uint64_t size = 0;    ///< bytes it occupies
    Grade grade = Grade::unknown;
    std::int64_t verified = 0; ///< when it was last proven; 0: never
    std::string problem;       ///< not empty: why it cannot be used
    /// Not made by this backend, or by another configuration: listed and restored, never expired.
    bool foreign = false;
    /// The host keeps these two for every backend, which leaves them alone.
    bool protect = false;      ///< expire passes it by
    std::int64_t booted = 0;   ///< when a jail made of it was last seen to start; 0: never
};

/// A backup as every command shows it with --json: "backup" of docs/json-schema. A backend keeps backup_document().
[[nodiscard]] JAILCTL_SDK_EXPORT Value shown_backup(const BackupInfo& info);

/// A read-only view of a jail's tree, given by the host's side of backup. A backend takes it as
/// files or as a tar stream.
class JAILCTL_SDK_EXPORT BackupSource {
public:
    virtual ~BackupSource();
    [[nodiscard]] virtual const Jail& jail() const = 0;
    /// Final only when the tree was read: a tar may turn out better than what directory() shows.
    [[nodiscard]] virtual Grade grade() const = 0;
    [[nodiscard]] virtual int directory() const = 0;                 ///< O_PATH descriptor of the root
    [[nodiscard]] virtual std::uint64_t size_estimate() const = 0;   ///< bytes of file content
    [[nodiscard]] virtual const std::vector<std::string>& excludes() const = 0;  ///< patterns of BACKUP_EXCLUDE
    [[nodiscard]] virtual Value description() const = 0;             ///< entry, versions, grade: travels in the backup
    /// Writes the tree as pax tar to `out`. @param format "tar", "tar.gz" or "tar.zst" @return result
    /// of the helper's pack action
    virtual Value write_tar(int out, std::string_view format) = 0;
    /// Before write_tar(), which may need temporary files of about the size of the archive: where there is room for
    /// them. Without it they go to BACKUPDIR. @param directory  borrowed until write_tar() returns
    virtual void use_scratch(int directory);
};

/// What a stored backup holds when it is opened for restoring.
struct OpenBackup {
    UniqueFd stream;       ///< tar, plain or compressed; a regular file, or a pipe
    bool vouched = false;  ///< the host recorded this very content when it made it: restored whole
    std::function<void()> finish;  ///< called after the stream was read to its end; throws if the store reports a fault
};

/// Where a backup is restored to: the staging directory of a command that publishes it afterwards, or throws it away.
struct RestoreTarget {
    int directory = -1;              ///< empty, private; its owner and mode are jailctl's and stay
    std::uint32_t ids = 0;           ///< first host id of the jail, as whose root is written what nobody vouches for
    bool trust = false;              ///< the administrator vouches for it (--trust)
    std::function<void(std::uint64_t bytes)> on_progress;
};

/// What to take out of a backup, and where to.
struct BackupExtract {
    std::vector<std::string> paths;  ///< relative to the jail's root, as `contents` gives them; "." is everything
    int directory = -1;              ///< of the host; what stands in it stays as it is
    int out = -1;                    ///< instead of it: gets the content of the one regular file that `paths` names
    bool trust = false;              ///< devices, file flags, odd attributes and set-id bits come along
};

/// Whether an archive is known to be one this host made: then it comes back whole, as with `trust`.
enum class Vouched {
    no,
    yes,
    ask,  ///< to find out costs something: the extraction ends, and leaves nothing, where the answer matters
};

/// What store() made.
struct StoredBackup {
    BackupInfo info;
    std::vector<std::string> omissions;  ///< sentences: files changed while read, vanished, unreadable
    std::uint64_t sockets = 0;           ///< met in the tree: without content, only their names are kept
};

/// Keeps backups somewhere. Every implementation passes jailctl/testing/backup_backend.hpp. Provider: BACKUP_BACKEND.
class JAILCTL_SDK_EXPORT BackupBackend : public Service {
public:
    static constexpr std::string_view id = "backup-backend/1";
    ~BackupBackend() override;
    /// Says before anything is made, and before a hook runs, why a backup of `jail` could not go to `where`.
    /// @throws Error usage, config, denied, exists, unsupported
    virtual void check(Invocation& invocation, const Jail& jail, const std::string& where);
    /// Stores the tree; on return it is durable and has been read back. A failure leaves nothing that list() shows.
    /// @param where  a directory, a file, or "-" for stdout, as the user gave it; empty: the configured place
    /// @throws Error no_space, io, unsupported (a place this backend cannot take), interrupted
    virtual StoredBackup store(Invocation& invocation, BackupSource& source, const std::string& where) = 0;
    /// Backups of `jail` (lower-case key), or of all jails if empty; oldest first. Unreadable ones carry a problem.
    /// @param where  a directory or a file, as the user gave it; empty: the configured place.
    /// Nothing stored there yet: none
    /// @throws Error config, usage, unsupported (a place this backend cannot take), denied, io, interrupted
    [[nodiscard]] virtual std::vector<BackupInfo> list(Invocation& invocation, const std::string& jail,
                                                       const std::string& where) = 0;
    /// Bytes free where backups of `jail` go; nothing: not known, or without a bound. As it is given here: nothing.
    [[nodiscard]] virtual std::optional<std::uint64_t> free_space(Invocation& invocation, const Jail& jail);
    /// The backup `id`, ready to be read once. @throws Error not_found, denied, damaged
    [[nodiscard]] virtual OpenBackup open(Invocation& invocation, const std::string& id) = 0;
    /// Bytes the tree of `id` takes once restored; 0: not known. @throws Error not_found, denied, damaged
    [[nodiscard]] virtual std::uint64_t restored_size(Invocation& invocation, const std::string& id);
    /// Restores the tree into `target`: whole if it is vouched for, else what the allow-list of
    /// security.md 6 lets pass. As it is given here: open(), and the tree helper unpacks. A store that keeps
    /// trees restores them in its own way.
    /// @return "entries", "bytes", "skipped", "skipped_total", "marker" as the unpack action does (tree/README.md), and
    /// "vouched"
    virtual Value restore(Invocation& invocation, const std::string& id, const RestoreTarget& target);
    /// Proves it: every byte read, every digest compared; records the time. Of what holds no digests (a tar of another
    /// tool) `verified` stays 0. @throws Error damaged, not_found
    virtual BackupInfo verify(Invocation& invocation, const std::string& id) = 0;
    /// Lists what a backup holds in its own order, some entries at a time: objects with "path", "type" (file, dir,
    /// link, hardlink, fifo, char, block, socket), "mode", "uid", "gid", "size", "modified", and "target", "sha256"
    /// where there is one. As this class does it, the tree helper lists open().stream. @throws Error not_found, damaged
    virtual void contents(Invocation& invocation, const std::string& id,
                          const std::function<void(const Value::Array& entries)>& take);
    /// Makes single files, or directories with all they hold, in a directory of the host; a failure leaves nothing of
    /// them. As this class does it, the tree helper takes them out of open().stream.
    /// @return "entries", "files", "bytes", "skipped" (left out of one that this host did not make, without `trust`),
    /// "skipped_total"
    /// @throws Error not_found: no such backup, or it does not hold a path; exists: something stands there; damaged
    virtual Value extract(Invocation& invocation, const std::string& id, const BackupExtract& wanted);
    /// Removes one backup for good, and nothing else; durable on return. Whether it may go is the caller's to decide.
    /// Cut short (kill -9, an error of the store) it leaves the backup whole, or gone; calling it again is safe.
    /// @throws Error not_found: there is no such backup, or no more; denied: not a backup of this backend; io
    virtual void remove(Invocation& invocation, const std::string& id) = 0;
    /// remove() of each of `ids`, for a store where many cost hardly more than one; one that is not there counts as
    /// gone. As it is given here: one after the other. An error ends it; what was passed to `gone` before is removed.
    /// @throws Error as remove(), but not_found
    virtual void remove_several(Invocation& invocation, const std::vector<std::string>& ids,
                                const std::function<void(const std::string& id)>& gone);
};

/// What contents() and extract() do with a tar in a regular file, for backends that find it in another way than open().
JAILCTL_SDK_EXPORT void list_tar(int archive, const std::function<void(const Value::Array& entries)>& take);
/// @return as BackupBackend::extract; with Vouched::ask "asks", true, and nothing is made, if
/// something would be left out
JAILCTL_SDK_EXPORT Value extract_from_tar(int archive, const BackupExtract& wanted, Vouched vouched = Vouched::no);

}  // namespace jailctl
