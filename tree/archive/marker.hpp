#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// The containers jailctl writes.
enum class Format { tar, tar_gz, tar_zst };

/// What a jailctl archive says in its first block, as the comment of a pax global header: an archive with it must have
/// an end marker, so that one cut between two compressed members is told from a whole one.
inline constexpr std::string_view claim = "jailctl archive, format 1";

/// The end marker: a JSON document behind the tar's end that any tar reader passes over, found from the end of the file
/// alone. In tar.gz: empty gzip members whose extra field "JC" carries a part of it each (archive/aside.hpp), then one
/// of 82 bytes whose extra field "JE" says where the first one begins. In tar.zst: the same in skippable frames (RFC
/// 8878, 3.1.2) that begin with "JC" and "JE", the last one of 66 bytes. In tar: the document behind the zero blocks
/// that end the archive, padded with zeros to 512, then one block of 512 which says the same. Both end records hold the
/// magic, that offset, the length and the SHA-256 of the document. Format 2 of the document:
///   {"format", "jailctl", "description", "entries", "files", "bytes", ..., "tar": {"bytes", "crc32"},
///    "stream": {"bytes", "sha256"}, "index": see archive/index_writer.hpp}
///   tar: the uncompressed stream; stream: the file up to the marker
/// Format 1 had the SHA-256 of the tar stream instead of its check sum, and no index: the digests of the files in the
/// index say more. A reader ignores members it does not know and refuses a newer format.
struct Marker {
    Value document;
    std::uint64_t offset = 0;  ///< where the marker begins in the file
    std::uint64_t size = 0;    ///< of the whole file
    Format format = Format::tar_gz;
};

/// The bytes to write at `offset`, the end of what came before.
[[nodiscard]] std::string encode_marker(const std::string& json, std::uint64_t offset, Format format);

/// Looks at the end of a regular file. @return nothing if there is no end record
/// @throws Error damaged: there is one, but the marker is not what it says; unsupported: a newer format; io
[[nodiscard]] std::optional<Marker> read_marker(int file);

}  // namespace jailctl::tree
