#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "archive/marker.hpp"

namespace jailctl::tree {

/// Where in the file something stands beside the tar stream, and the digest of what it carries.
struct AsidePlace {
    std::uint64_t offset = 0, length = 0;
    std::string sha256;  ///< hexadecimal, of the carried bytes
};

/// `bytes` as they may stand at `offset` of an archive, every other tool passing over them: empty gzip members whose
/// extra field "JI" carries a part each, skippable frames of zstd that begin so, or behind a plain tar as they are.
[[nodiscard]] std::string wrapped_aside(std::string_view bytes, Format format, std::uint64_t offset);

/// Reads what stands at `place` again. @throws Error damaged: it is not what wrapped_aside() makes, of another digest,
/// or longer than 64 MiB; io
[[nodiscard]] std::string read_aside(int file, const AsidePlace& place, Format format);

/// Appends parts with the name "J" and `id` that carry `bytes`, together, to what will stand at `offset`. A part is a
/// gzip member without content and with one subfield (RFC 1952, 2.3.1.1), or a skippable frame of zstd that begins with
/// those two letters (RFC 8878, 3.1.2). No header of such a member lies across a multiple of 8 KiB of the file, members
/// without anything fill the gaps: ISA-L before 2.31 (igzip of Debian 12) forgets the flags of a header that goes on
/// behind the end of its input buffer, of 1 MiB for igzip, and calls the member damaged.
/// @param whole  in one part; they fit into one
void append_parts(std::string& out, std::uint64_t offset, Format format, char id, std::string_view bytes,
                  bool whole = false);
/// What parts of that name carry. @return nothing: there is anything else among them
[[nodiscard]] std::optional<std::string> carried_by(std::string_view parts, Format format, char id);
/// How long a part is that carries `field` bytes.
[[nodiscard]] std::size_t part_size(Format format, std::size_t field);

/// Whether a gzip member or a frame of zstd that begins with these bytes is a part of ours. Ask it where a decoder
/// found one to begin: the same bytes may stand within the content of a jail.
[[nodiscard]] bool begins_part(std::string_view bytes);
/// Bytes of its beginning that tell a part among frames of zstd.
inline constexpr std::size_t frame_told_by = 9;

/// A file's bytes. @throws Error damaged: it is shorter
[[nodiscard]] std::string read_exactly(int file, std::uint64_t offset, std::size_t size);
/// The same into a text that keeps its memory.
void read_exactly(int file, std::uint64_t offset, std::size_t size, std::string& bytes);

}  // namespace jailctl::tree
