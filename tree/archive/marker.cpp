#include "archive/marker.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::string_view magic = "JAILCTL\x01";
constexpr std::size_t record_size = 8 + 8 + 8 + 32;     // magic, offset, length, SHA-256
constexpr std::size_t member_overhead = 12 + 4 + 2 + 8;  // header with length, subfield header, empty block, trailer
constexpr std::size_t last_member = member_overhead + record_size;
constexpr std::size_t chunk = 60000;
constexpr std::size_t block = 512;
constexpr std::uint64_t largest_document = std::uint64_t{64} << 20;
constexpr int newest_format = 1;

void append_number(std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::uint64_t number_at(std::string_view bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
}

std::string digest_of(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.finish_raw();
}

/// A gzip member without content and with one subfield (RFC 1952, 2.3.1.1).
std::string empty_member(char id, std::string_view field) {
    std::string out("\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
    append_number(out, field.size() + 4, 2);
    out += 'J';
    out += id;
    append_number(out, field.size(), 2);
    out += field;
    out += '\x03';
    return out.append(9, '\0');
}

std::string end_record(const std::string& json, std::uint64_t offset) {
    std::string record(magic);
    append_number(record, offset, 8);
    append_number(record, json.size(), 8);
    return record + digest_of(json);
}

std::string read_at(int file, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const ssize_t got = ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the archive");
        if (got == 0) throw Error(Errc::damaged, "the archive became shorter while it was read");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// The document inside the marker's bytes; what else stands there is compared by encoding it again.
std::string document_in(std::string_view bytes, std::uint64_t length, Format format) {
    if (format == Format::tar) return std::string(bytes.substr(0, length));
    std::string json;
    for (std::size_t at = 0; json.size() < length && at < bytes.size();) {
        const std::size_t part = std::min<std::uint64_t>(chunk, length - json.size());
        json += bytes.substr(std::min(bytes.size(), at + 16), part);
        at += member_overhead + part;
    }
    return json;
}

struct EndRecord {
    std::uint64_t offset, length;
    Format format;
};

std::optional<EndRecord> find_end_record(int file, std::uint64_t size) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, block));
    if (length < last_member) return std::nullopt;
    const std::string tail = read_at(file, size - length, length);
    const auto parse = [&](std::string_view record, Format format) {
        return EndRecord{number_at(record.substr(8)), number_at(record.substr(16)), format};
    };
    const std::string_view in_member = std::string_view(tail).substr(length - last_member);
    if (in_member.substr(12, 2) == "JE" && in_member.substr(16, magic.size()) == magic)
        return parse(in_member.substr(16), Format::tar_gz);
    if (length == block && tail.starts_with(magic)) return parse(tail, Format::tar);
    return std::nullopt;
}

}  // namespace

std::string encode_marker(const std::string& json, std::uint64_t offset, Format format) {
    std::string out;
    if (format == Format::tar_gz) {
        for (std::size_t at = 0; at < json.size(); at += chunk)
            out += empty_member('C', std::string_view(json).substr(at, chunk));
        return out + empty_member('E', end_record(json, offset));
    }
    out = json;
    out.resize((out.size() + block - 1) / block * block, '\0');
    out += end_record(json, offset);
    out.resize((out.size() + block - 1) / block * block, '\0');
    return out;
}

std::optional<Marker> read_marker(int file) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot read the archive");
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    const auto record = find_end_record(file, size);
    if (!record) return std::nullopt;
    const Error damaged(Errc::damaged, "the end marker of the archive is damaged");
    if (record->offset >= size || size - record->offset > largest_document || record->length > size - record->offset)
        throw damaged;
    const std::string bytes = read_at(file, record->offset, static_cast<std::size_t>(size - record->offset));
    const std::string json = document_in(bytes, record->length, record->format);
    if (encode_marker(json, record->offset, record->format) != bytes) throw damaged;
    Marker marker{parse_json(json), record->offset, size, record->format};
    if (marker.document["format"].num() > newest_format)
        throw Error(Errc::unsupported,
                    "the archive was made by a newer jailctl (" + marker.document["jailctl"].str() + ")");
    return marker;
}

}  // namespace jailctl::tree
