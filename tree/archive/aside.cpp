#include "archive/aside.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "hash.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_in_part = 60000;
constexpr std::string_view skippable = "\x5a\x2a\x4d\x18";  // one of the sixteen numbers RFC 8878 has for it
constexpr std::uint64_t longest = std::uint64_t{64} << 20;

void append_short(std::string& out, std::size_t number) {
    out += static_cast<char>(number & 0xff);
    out += static_cast<char>(number >> 8 & 0xff);
}

/// How long the field of a part is that begins at `at`, by what the part says.
std::size_t field_length(std::string_view bytes, std::size_t at, Format format) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])); };
    if (format == Format::tar_gz) return byte(14) | byte(15) << 8;
    const std::size_t frame = byte(4) | byte(5) << 8 | byte(6) << 16 | byte(7) << 24;
    return frame < 2 ? 0 : frame - 2;
}

/// What the parts carry, taken on trust; wrapping it again shows whether it was right.
std::string unwrapped(const std::string& bytes, Format format) {
    if (format == Format::tar) return bytes;
    std::string carried;
    const Wrapping around = wrapping(format);
    for (std::size_t at = 0; at + around.around(0) <= bytes.size();) {
        const std::size_t part = std::min(bytes.size() - at - around.around(0), field_length(bytes, at, format));
        carried.append(bytes, at + around.before, part);
        at += around.around(part);
    }
    return carried;
}

std::string empty_gzip_member(char id, std::string_view field) {
    std::string out("\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
    append_short(out, field.size() + 4);
    out += 'J';
    out += id;
    append_short(out, field.size());
    out += field;
    out += '\x03';
    return out.append(9, '\0');
}

std::string skippable_frame(char id, std::string_view field) {
    std::string out(skippable);
    append_short(out, field.size() + 2);
    out += {'\0', '\0', 'J', id};
    return out.append(field);
}

}  // namespace

Wrapping wrapping(Format format) {
    // Of a gzip member: header with length, subfield header; empty block, trailer. Of a frame: number, length, name.
    return format == Format::tar_gz ? Wrapping{12 + 4, 2 + 8} : Wrapping{4 + 4 + 2, 0};
}

std::string empty_part(Format format, char id, std::string_view field) {
    return format == Format::tar_gz ? empty_gzip_member(id, field) : skippable_frame(id, field);
}

std::string wrapped_aside(std::string_view bytes, Format format) {
    if (format == Format::tar) return std::string(bytes);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += most_in_part)
        out += empty_part(format, 'I', bytes.substr(at, most_in_part));
    return out;
}

std::string read_aside(int file, const AsidePlace& place, Format format) {
    const Error damaged(Errc::damaged, "the archive is damaged: its index is not where its end marker says");
    if (place.length > longest) throw damaged;
    const std::string bytes = read_exactly(file, place.offset, static_cast<std::size_t>(place.length));
    std::string carried = unwrapped(bytes, format);
    Sha256 hash;
    hash.update(carried);
    if (hash.finish() != place.sha256 || wrapped_aside(carried, format) != bytes) throw damaged;
    return carried;
}

std::string read_exactly(int file, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const ssize_t got = ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the archive");
        if (got == 0) throw Error(Errc::damaged, "the archive is shorter than it was, or than it says");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace jailctl::tree
