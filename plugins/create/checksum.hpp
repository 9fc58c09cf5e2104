#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jailctl::create {

/// What stands after "archive:": the file, and the SHA-256 that "#sha256=" names.
struct ArchiveWord {
    std::string file;
    std::optional<std::string> sha256;  ///< 64 lower-case hexadecimal digits
};
/// @throws Error config: not an absolute path, or a checksum that is none
[[nodiscard]] ArchiveWord parse_archive_word(const std::string& word);

/// The digest in a file as sha256sum(1) ("HEX  name") or sha256(1) ("SHA256 (name) = HEX") writes it, or a bare one;
/// with several lines the one that names `archive`, lower case; nothing if there is none.
[[nodiscard]] std::optional<std::string> digest_in(std::string_view text, std::string_view archive);

}  // namespace jailctl::create
