#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "archive_names.hpp"
#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "jailctl/sdk/services/storage.hpp"

namespace jailctl::backup {

/// Where archives go or come from, as BACKUPDIR or the user's path word says.
struct Place {
    std::filesystem::path directory;  ///< absolute
    std::string file;                 ///< the user named a file in it; else empty
    std::string format;               ///< "tar.gz", "tar.zst" or "tar"
    bool standard_output = false;
    bool configured = false;          ///< BACKUPDIR: made if it is missing
};

/// @param where  "", "-", a directory (exists, or ends in '/'), or a file ending in .tar.gz, .tgz, .tar.zst or .tar
/// @throws Error usage: a file of another ending
[[nodiscard]] Place resolve_place(const Settings& settings, const std::string& where);

/// Opens the directory for writing archives: owner check (security.md 6). @throws Error not_found, denied
[[nodiscard]] UniqueFd open_place(const Place& place);

/// Warns of a configured directory that open_place() will make: it may be the mount point of a disk that is away, or a
/// slip of the pen, and the archive would go where nobody looks.
void tell_of_new_place(Invocation& invocation, const Place& place);

/// Room in the opened place for an archive of a tree with so much content. @throws Error no_space
void require_space(int directory, const Place& place, std::uint64_t content);

/// Settings that tell where the backups of `jail` are: the jail's, or the host's if it is not in JAILS any more.
[[nodiscard]] const Settings& settings_for(const Configuration& configuration, const std::string& jail_key);

/// A regular file whose owner and directories pass the owner check, opened for reading.
/// @throws Error not_found, denied, invalid
[[nodiscard]] UniqueFd open_archive(const std::string& file);

/// Removes the archive that `opened` is, if that is what the name leads to, durably. @throws Error denied: a link; io
void remove_archive(const std::string& file, int opened);

/// Room beside the root of `jail` for `needed` bytes of a restored tree. @throws Error no_space
void require_room(Storage& storage, const Jail& jail, std::uint64_t needed);

struct FoundArchive {
    std::string file;  ///< last component
    ArchiveName name;
};
/// Archives in the place, oldest first by their names; none if the configured directory does not exist.
/// @throws Error denied; not_found: one that was asked for is not there
[[nodiscard]] std::vector<FoundArchive> archives_in(const Place& place);

/// The problem of a backup for a line that names the backup already: without the name it begins with.
[[nodiscard]] std::string problem_beside_name(const BackupInfo& info);

}  // namespace jailctl::backup
