#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "place.hpp"
#include "records.hpp"

namespace jailctl::backup {

/// What is known about an archive: from its record if it is of this very file, else from its end marker and its name;
/// then it counts as unverified. Never throws for a damaged file.
[[nodiscard]] BackupInfo describe(KnownRecords& records, const std::filesystem::path& file, const ArchiveName& name);

/// Whose an archive is that this host has no record of: its name tells, if it is one of ours, else its marker.
[[nodiscard]] std::string claimed_jail(const std::optional<ArchiveName>& name, const Value& marker);

/// The end marker of an archive, null if it has none. @throws Error damaged, invalid
[[nodiscard]] Value marker_of(int archive);

/// SHA-256 of what stands before the end marker, as that has it: tells an archive from every other one, but not whether
/// it was altered. "" if there is none, or it cannot be read.
[[nodiscard]] std::string seal_of(const std::string& file);

}  // namespace jailctl::backup
