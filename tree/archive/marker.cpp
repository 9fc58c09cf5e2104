#include "archive/marker.hpp"

#include <algorithm>
#include <sys/stat.h>

#include "archive/aside.hpp"
#include "hash.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::string_view magic = "JAILCTL\x01";
constexpr std::size_t record_size = 8 + 8 + 8 + 32;     // magic, offset, length, SHA-256
constexpr std::size_t block = 512;
constexpr std::uint64_t largest_document = std::uint64_t{64} << 20;
constexpr int newest_format = 2;

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

std::string end_record(const std::string& json, std::uint64_t offset) {
    std::string record(magic);
    append_number(record, offset, 8);
    append_number(record, json.size(), 8);
    return record + digest_of(json);
}

/// The document of a marker, if these bytes are one and nothing else.
std::optional<std::string> document_in(std::string_view bytes, std::uint64_t offset, std::uint64_t length,
                                       Format format) {
    if (format == Format::tar) {
        std::string json(bytes.substr(0, length));
        if (encode_marker(json, offset, format) != bytes) return std::nullopt;
        return json;
    }
    const std::size_t last = part_size(format, record_size);
    if (bytes.size() < last) return std::nullopt;
    auto json = carried_by(bytes.substr(0, bytes.size() - last), format, 'C');
    if (!json || json->size() != length) return std::nullopt;
    if (carried_by(bytes.substr(bytes.size() - last), format, 'E') != end_record(*json, offset)) return std::nullopt;
    return json;
}

struct EndRecord {
    std::uint64_t offset, length;
    Format format;
};

std::optional<EndRecord> find_end_record(int file, std::uint64_t size) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, block));
    if (length < part_size(Format::tar_gz, record_size)) return std::nullopt;
    const std::string tail = read_exactly(file, size - length, length);
    const auto parse = [&](std::string_view record, Format format) {
        return EndRecord{number_at(record.substr(8)), number_at(record.substr(16)), format};
    };
    for (const Format format : {Format::tar_gz, Format::tar_zst}) {
        const auto last = std::string_view(tail).substr(length - part_size(format, record_size));
        const auto record = carried_by(last, format, 'E');
        if (record && record->starts_with(magic)) return parse(*record, format);
    }
    if (length == block && tail.starts_with(magic)) return parse(tail, Format::tar);
    return std::nullopt;
}

}  // namespace

std::string encode_marker(const std::string& json, std::uint64_t offset, Format format) {
    std::string out;
    if (format != Format::tar) {
        append_parts(out, offset, format, 'C', json);
        append_parts(out, offset + out.size(), format, 'E', end_record(json, offset), true);
        return out;
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
    const std::string bytes = read_exactly(file, record->offset, static_cast<std::size_t>(size - record->offset));
    const auto json = document_in(bytes, record->offset, record->length, record->format);
    if (!json) throw damaged;
    Marker marker{parse_json(*json), record->offset, size, record->format};
    if (marker.document["format"].num() > newest_format)
        throw Error(Errc::unsupported,
                    "the archive was made by a newer jailctl (" + marker.document["jailctl"].str() + ")");
    return marker;
}

}  // namespace jailctl::tree
