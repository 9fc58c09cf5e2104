#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jailctl::backup {

/// What the name of an archive says: "chii.domaine.com-20261123T153200Z-2.tar.gz", or the original's "chii.domaine.com.tar.gz".
struct ArchiveName {
    std::string jail;        ///< lower case
    std::int64_t taken = 0;  ///< Unix time; 0 if the name has none (the original's)
    int sequence = 1;        ///< 2 and more: a further one of the same second
};

/// Nothing if the name is not that of an archive.
[[nodiscard]] std::optional<ArchiveName> parse_archive_name(std::string_view file);

/// @param format "tar.gz", "tar.zst" or "tar"
[[nodiscard]] std::string make_archive_name(std::string_view jail, std::int64_t taken, int sequence, std::string_view format);

/// "tar.gz", "tar.zst" or "tar" by the ending of a file the user named; nothing for any other ending.
[[nodiscard]] std::optional<std::string> format_of(std::string_view file);

}  // namespace jailctl::backup
