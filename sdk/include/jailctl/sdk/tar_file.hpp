#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "jailctl/sdk/value.hpp"

/// For backends that keep each backup as one tar in a directory of the host: the steps that make such a file one that
/// can be trusted. examples/site-backend is made of them.
namespace jailctl {

/// A file for an archive that nobody takes for one yet: empty, 0600. What an earlier run that was killed left under
/// that name goes: the caller holds the jail's lock. @throws Error io, no_space
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd make_partial(int directory, const std::string& name);
/// Gives that file, which is open, its name, which must be free, durably.
/// @throws Error exists, io, damaged: another file stands under the name `partial` by now
JAILCTL_SDK_EXPORT void publish_partial(int directory, int file, const std::string& partial, const std::string& name);

/// Writes the tree to `name` in `directory`: a temporary file beside it (0600), synced, read back and compared, and
/// only then given its name, which must be free. A failure leaves nothing.
/// @param name  ends in ".tar" or ".tar.gz", which is the format
/// @return      result of the helper's pack action: "size", "sha256", "notes" and more (tree/README.md)
/// @throws Error exists, no_space, io, damaged: it does not read back; interrupted
JAILCTL_SDK_EXPORT Value store_tar_file(BackupSource& source, int directory, const std::string& name);

/// Reads every byte of an open archive of ours and compares every digest in it.
/// @return result of the helper's check action: "size", "sha256", "marker" @throws Error damaged, invalid, interrupted
JAILCTL_SDK_EXPORT Value check_tar_file(int file, const std::string& what);

/// SHA-256 of an open file, which stands at its beginning again afterwards: whether it is what somebody recorded.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string digest_of_file(int file, const std::string& what);

/// A BackupInfo as JSON, and back: what a backend writes down beside a backup (BackupShelf does). The
/// problem is not part of it.
[[nodiscard]] JAILCTL_SDK_EXPORT Value backup_document(const BackupInfo& info);
[[nodiscard]] JAILCTL_SDK_EXPORT BackupInfo backup_of(const Value& document);

}  // namespace jailctl
