#include "archive/aside.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "hash.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_in_member = 60000, before_field = 16, behind_field = 10;
constexpr std::uint64_t longest = std::uint64_t{64} << 20;

void append_short(std::string& out, std::size_t number) {
    out += static_cast<char>(number & 0xff);
    out += static_cast<char>(number >> 8 & 0xff);
}

/// What the members carry, taken on trust; wrapping it again shows whether it was right.
std::string unwrapped(const std::string& bytes, Format format) {
    if (format == Format::tar) return bytes;
    std::string carried;
    const auto at_byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    for (std::size_t at = 0; at + before_field + behind_field <= bytes.size();) {
        const std::size_t room = bytes.size() - at - before_field - behind_field;
        const std::size_t part = std::min(room, at_byte(at + 14) | at_byte(at + 15) << 8);
        carried.append(bytes, at + before_field, part);
        at += before_field + part + behind_field;
    }
    return carried;
}

}  // namespace

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

std::string wrapped_aside(std::string_view bytes, Format format) {
    if (format == Format::tar) return std::string(bytes);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += most_in_member)
        out += empty_gzip_member('I', bytes.substr(at, most_in_member));
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
