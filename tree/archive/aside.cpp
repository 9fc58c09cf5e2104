#include "archive/aside.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "hash.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t window = 8192;             // no header of ours lies across a multiple of it
constexpr std::size_t worth_a_part = 64;         // bytes; a shorter room at a window's end is filled
constexpr std::size_t most_in_frame = 60000;
constexpr std::string_view skippable = "\x5a\x2a\x4d\x18";  // one of the sixteen numbers RFC 8878 has for it
constexpr std::uint64_t longest = std::uint64_t{64} << 20;
constexpr std::string_view nothing("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20);  // a bare member

/// What stands before and behind a field. Of a gzip member: header with length, subfield header; empty block, trailer.
/// Of a frame: number, length, name.
struct Wrapping {
    std::size_t before, behind;
};

Wrapping wrapping(Format format) {
    return format == Format::tar_gz ? Wrapping{12 + 4, 2 + 8} : Wrapping{4 + 4 + 2, 0};
}

void append_short(std::string& out, std::size_t number) {
    out += static_cast<char>(number & 0xff);
    out += static_cast<char>(number >> 8 & 0xff);
}

/// How long the field of a part is, by what the part says; it is long enough to say.
std::size_t field_length(std::string_view part, Format format) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(part[i])); };
    if (format == Format::tar_gz) return byte(14) | byte(15) << 8;
    const std::size_t frame = byte(4) | byte(5) << 8 | byte(6) << 16 | byte(7) << 24;
    return frame < 2 ? 0 : frame - 2;
}

std::string gzip_part(char id, std::string_view field) {
    std::string out("\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
    append_short(out, field.size() + 4);
    out += 'J';
    out += id;
    append_short(out, field.size());
    out += field;
    out += '\x03';
    return out.append(9, '\0');
}

std::string part_of(Format format, char id, std::string_view field) {
    if (format == Format::tar_gz) return gzip_part(id, field);
    std::string out(skippable);
    append_short(out, field.size() + 2);
    out += {'\0', '\0', 'J', id};
    return out.append(field);
}

/// Fills up the window until the header of a part with `field` bytes fits. @return how long its field may be
std::size_t make_room(std::string& out, std::uint64_t offset, std::size_t field) {
    const std::size_t before = wrapping(Format::tar_gz).before;
    for (;;) {
        const std::size_t room = window - static_cast<std::size_t>((offset + out.size()) % window);
        if (room >= before + field) return room - before;
        out += nothing;
    }
}

}  // namespace

std::size_t part_size(Format format, std::size_t field) {
    return wrapping(format).before + field + wrapping(format).behind;
}

void append_parts(std::string& out, std::uint64_t offset, Format format, char id, std::string_view bytes, bool whole) {
    const std::uint64_t begin = offset - out.size();
    while (!bytes.empty()) {
        const std::size_t least = whole ? bytes.size() : std::min(bytes.size(), worth_a_part);
        const std::size_t most = format == Format::tar_gz ? make_room(out, begin, least) : most_in_frame;
        const std::string_view part = bytes.substr(0, most);
        out += part_of(format, id, part);
        bytes.remove_prefix(part.size());
    }
}

std::optional<std::string> carried_by(std::string_view parts, Format format, char id) {
    std::string carried;
    while (!parts.empty()) {
        if (format == Format::tar_gz && parts.starts_with(nothing)) {
            parts.remove_prefix(nothing.size());
            continue;
        }
        if (parts.size() < part_size(format, 0)) return std::nullopt;
        const std::size_t size = part_size(format, field_length(parts, format));
        if (size > parts.size()) return std::nullopt;
        const std::string_view field = parts.substr(wrapping(format).before, size - part_size(format, 0));
        if (part_of(format, id, field) != parts.substr(0, size)) return std::nullopt;
        carried += field;
        parts.remove_prefix(size);
    }
    return carried;
}

bool begins_part(std::string_view bytes) {
    // '.' is a byte of its length.
    static constexpr std::string_view begins[] = {std::string_view("\x1f\x8b\x08\x04\0\0\0\0\0\xff..J", 13),
                                                  std::string_view("\x5a\x2a\x4d\x18..\0\0J", 9)};
    const auto same = [](char wanted, char byte) { return wanted == '.' || byte == wanted; };
    return std::any_of(std::begin(begins), std::end(begins), [&](std::string_view begin) {
        return bytes.size() >= begin.size() && std::equal(begin.begin(), begin.end(), bytes.begin(), same);
    });
}

std::string wrapped_aside(std::string_view bytes, Format format, std::uint64_t offset) {
    if (format == Format::tar) return std::string(bytes);
    std::string out;
    append_parts(out, offset, format, 'I', bytes);
    return out;
}

std::string read_aside(int file, const AsidePlace& place, Format format) {
    const Error damaged(Errc::damaged, "the archive is damaged: its index is not where its end marker says");
    if (place.length > longest) throw damaged;
    std::string bytes = read_exactly(file, place.offset, static_cast<std::size_t>(place.length));
    auto carried = format == Format::tar ? std::move(bytes) : carried_by(bytes, format, 'I');
    if (!carried) throw damaged;
    Sha256 hash;
    hash.update(*carried);
    if (hash.finish() != place.sha256) throw damaged;
    return *std::move(carried);
}

std::string read_exactly(int file, std::uint64_t offset, std::size_t size) {
    std::string bytes;
    read_exactly(file, offset, size, bytes);
    return bytes;
}

void read_exactly(int file, std::uint64_t offset, std::size_t size, std::string& bytes) {
    bytes.resize(size);
    for (std::size_t done = 0; done < size;) {
        const ssize_t got = ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the archive");
        if (got == 0) throw Error(Errc::damaged, "the archive is shorter than it was, or than it says");
        done += static_cast<std::size_t>(got);
    }
}

}  // namespace jailctl::tree
