#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/marker.hpp"

namespace jailctl::tree {

/// Where in the file something stands beside the tar stream, and the digest of what it carries.
struct AsidePlace {
    std::uint64_t offset = 0, length = 0;
    std::string sha256;  ///< hexadecimal, of the carried bytes
};

/// `bytes` as they may stand between the pieces of an archive, every other tool passing over them: empty gzip members
/// whose extra field "JI" carries up to 60000 bytes each, skippable frames of zstd that begin so, or behind a plain tar as they are.
[[nodiscard]] std::string wrapped_aside(std::string_view bytes, Format format);

/// Reads what stands at `place` again. @throws Error damaged: it is not what wrapped_aside() makes, of another digest,
/// or longer than 64 MiB; io
[[nodiscard]] std::string read_aside(int file, const AsidePlace& place, Format format);

/// What stands before and behind a field that decodes to nothing.
struct Wrapping {
    std::size_t before, behind;
    [[nodiscard]] std::size_t around(std::size_t field) const { return before + field + behind; }
};
[[nodiscard]] Wrapping wrapping(Format format);

/// A gzip member without content and with one subfield, "J" and `id` (RFC 1952, 2.3.1.1), or a skippable frame of zstd
/// that begins with those two letters (RFC 8878, 3.1.2). @param field  up to 65000 bytes
[[nodiscard]] std::string empty_part(Format format, char id, std::string_view field);

/// A file's bytes. @throws Error damaged: it is shorter
[[nodiscard]] std::string read_exactly(int file, std::uint64_t offset, std::size_t size);

}  // namespace jailctl::tree
