#include "../support/fuzz.hpp"

#include <optional>
#include <vector>

#include "archive/index_chunk.hpp"
#include "archive/index_reader.hpp"
#include "archive/varint.hpp"
#include "hash.hpp"

#include "jailctl/sdk/error.hpp"

/// libFuzzer target of an archive's index. The first byte says what the rest is: a chunk as it stands in the file; the
/// records of one, deflated here, for a fuzzer finds no compressed bytes; or a whole index, the marker's JSON up to a
/// newline and the bytes it speaks of behind that, digests "=" made right. Whatever the bytes are: read or refused,
/// read the same twice, in the order and within the bounds the reader promises, and written again as it was read.
namespace {

using namespace jailctl;
using namespace jailctl::tree;
using fuzz::require;

/// As one stored block of RFC 1951, 3.2.4.
std::string stored(std::string_view bytes) {
    std::string out(1, '\x01');
    const auto length = static_cast<std::uint16_t>(bytes.size());
    for (const unsigned part : {unsigned{length}, 0xffffU ^ length}) {
        out += static_cast<char>(part & 0xff);
        out += static_cast<char>(part >> 8);
    }
    return out.append(bytes);
}

/// @param input  number of entries, how many bytes of the rest are digests (two bytes each), the rest
std::string chunk_of(std::string_view input) {
    if (input.size() < 4) return {};
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(input[i])}; };
    const std::size_t count = byte(0) | byte(1) << 8, digests = byte(2) | byte(3) << 8;
    input = input.substr(4, 60000);
    const std::size_t split = input.size() - std::min(digests, input.size());
    std::string chunk;
    put_number(chunk, count);
    put_number(chunk, split);
    put_text(chunk, stored(input.substr(0, split)));
    return chunk.append(input.substr(split));
}

void read_one_chunk(const std::string& chunk) {
    const std::vector<IndexEntry> entries = read_chunk(chunk);
    IndexChunk again;
    for (const IndexEntry& entry : entries) {
        require(entry.path.size() <= 4096 && entry.target.size() <= 4096 && entry.offset % 512 == 0);
        require(entry.sha256.size() == (has_content(entry) ? 32 : 0));
        again.add(entry);
        (void)to_json(to_value(entry));
    }
    require(read_chunk(again.take()) == entries);
}

std::string digest_of(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

/// The place with its digest made right, if it asks for that and lies inside the bytes.
Value with_digest(const Value& place, std::string_view carried, std::size_t size, Format format) {
    if (place.items().size() != 3 || place.items()[2].str() != "=") return place;
    auto at = static_cast<std::uint64_t>(place.items()[0].num()),
         length = static_cast<std::uint64_t>(place.items()[1].num());
    if (format != Format::tar) return Value::array().push(0).push(std::uint64_t{size}).push(digest_of(carried));
    if (at > carried.size() || length > carried.size() - at) return place;
    return Value::array().push(at).push(length).push(digest_of(carried.substr(at, length)));
}

std::vector<IndexEntry> all_of(IndexReader& reader, std::uint64_t tar_bytes) {
    std::vector<IndexEntry> entries;
    while (const IndexEntry* entry = reader.next()) {
        require(entry->offset < tar_bytes && (entries.empty() || entry->offset > entries.back().offset));
        entries.push_back(*entry);
    }
    return entries;
}

void check_pieces(const PieceTable& table) {
    std::uint64_t content = 0, at = 0;
    require(!table.offsets.empty());
    for (std::size_t i = 0; i < table.offsets.size(); ++i) {
        require(table.offsets[i] == at && table.end_of(i) > at && table.content_of(i) > 0 &&
                table.content_of(i) <= table.size);
        at = table.end_of(i);
        content += table.content_of(i);
    }
    require(at == table.end && content == table.tar_bytes);
}

void read_index(std::string_view input, Format format) {
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view carried = input.substr(std::min(line + 1, input.size()));
    const std::string bytes = wrapped_aside(carried, format, 0);
    Marker marker{parse_json(input.substr(0, line)), bytes.size(), bytes.size(), format};
    Value index = marker.document["index"], chunks = Value::array(), pieces = index["pieces"];
    for (const Value& place : index["chunks"].items()) chunks.push(with_digest(place, carried, bytes.size(), format));
    index.set("chunks", chunks);
    if (pieces.is_object())
        index.set("pieces", pieces.set("table", with_digest(pieces["table"], carried, bytes.size(), format)));
    marker.document.set("index", index);
    const UniqueFd file = fuzz::file_of(bytes);
    if (auto reader = IndexReader::open(file.get(), marker)) {
        const auto once = all_of(*reader, tar_bytes_of(marker));
        reader->rewind();
        require(all_of(*reader, tar_bytes_of(marker)) == once);
    }
    if (const auto table = read_pieces(file.get(), marker)) check_pieces(*table);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    constexpr Format formats[] = {Format::tar, Format::tar_gz, Format::tar_zst};
    try {
        if (data[0] % 5 == 0) read_one_chunk(std::string(input));
        else if (data[0] % 5 == 1) read_one_chunk(chunk_of(input));
        else read_index(input, formats[data[0] % 5 - 2]);
    } catch (const Error&) {
        return 0;  // refused, which is an answer
    }
    return 0;
}
