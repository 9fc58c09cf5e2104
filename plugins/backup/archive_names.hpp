#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jailctl/sdk/host.hpp"

namespace jailctl::backup {

/// What the name of an archive says: "chii.domaine.com-20261123T153200Z-2.tar.gz", or the original's
/// "chii.domaine.com.tar.gz".
struct ArchiveName {
    std::string jail;        ///< lower case
    std::int64_t taken = 0;  ///< Unix time; 0 if the name has none (the original's)
    int sequence = 1;        ///< 2 and more: a further one of the same second
};

/// Nothing if the name is not that of an archive.
[[nodiscard]] std::optional<ArchiveName> parse_archive_name(std::string_view file);

/// @param format "tar.gz", "tar.zst" or "tar"
[[nodiscard]] std::string make_archive_name(std::string_view jail, std::int64_t taken, int sequence,
                                            std::string_view format);

/// The name of what this configuration has not finished yet of a jail. @param ending  ".partial" or ".scratch"
[[nodiscard]] std::string unfinished_name(const Configuration& configuration, const std::string& jail_key,
                                          std::string_view ending);
/// The key of the jail whose unfinished backup such a name is, of whichever maker (those of older versions name none);
/// "" of another name.
[[nodiscard]] std::string jail_of_unfinished(std::string_view file);

/// "tar.gz", "tar.zst" or "tar" by the ending of a file the user named; nothing for any other ending.
[[nodiscard]] std::optional<std::string> format_of(std::string_view file);

}  // namespace jailctl::backup
