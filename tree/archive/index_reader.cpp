#include "archive/index_reader.hpp"

#include "archive/index_chunk.hpp"
#include "archive/varint.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr int newest_format = 2;
constexpr std::uint64_t largest_piece = std::uint64_t{16} << 20;
constexpr std::uint64_t block = 512;

[[noreturn]] void damaged(const char* what) {
    throw Error(Errc::damaged, std::string("the archive is damaged: ") + what);
}

AsidePlace place_of(const Value& value, const Marker& marker) {
    const auto& items = value.items();
    if (items.size() != 3 || items[0].num(-1) < 0 || items[1].num(-1) < 0) damaged("its index has no place");
    AsidePlace place{static_cast<std::uint64_t>(items[0].num()), static_cast<std::uint64_t>(items[1].num()),
                     items[2].str()};
    if (place.offset > marker.offset || place.length > marker.offset - place.offset)
        damaged("its index lies outside of it");
    return place;
}

}  // namespace

std::uint64_t tar_bytes_of(const Marker& marker) {
    const std::int64_t bytes = marker.document["tar"]["bytes"].num(-1);
    if (bytes <= 0 || bytes > std::int64_t{1} << 61) damaged("its end marker does not tell its length");
    return static_cast<std::uint64_t>(bytes);
}

std::optional<IndexReader> IndexReader::open(int file, const Marker& marker) {
    const Value& index = marker.document["index"];
    if (!index.is_object() || index["omitted"].is_string()) return std::nullopt;
    if (index["format"].num(-1) > newest_format)
        throw Error(Errc::unsupported, "the archive has an index of a newer jailctl");
    IndexReader reader(file, marker.format);
    reader.tar_bytes_ = tar_bytes_of(marker);
    for (const Value& chunk : index["chunks"].items()) reader.places_.push_back(place_of(chunk, marker));
    return reader;
}

void IndexReader::rewind() noexcept {
    entries_.clear();
    next_place_ = next_entry_ = 0;
    next_offset_ = 0;
}

const IndexEntry* IndexReader::next() {
    while (next_entry_ == entries_.size()) {
        if (next_place_ == places_.size()) return nullptr;
        entries_ = read_chunk(read_aside(file_, places_[next_place_++], format_));
        next_entry_ = 0;
    }
    require_order();
    next_offset_ = entries_[next_entry_].offset + block;
    return &entries_[next_entry_++];
}

void IndexReader::require_order() const {
    const std::uint64_t offset = entries_[next_entry_].offset;
    if (offset < next_offset_ || offset >= tar_bytes_) damaged("the entries of its index are out of order");
}

std::optional<PieceTable> read_pieces(int file, const Marker& marker) {
    const Value& pieces = marker.document["index"]["pieces"];
    if (!pieces.is_object()) return std::nullopt;
    PieceTable table;
    const std::int64_t size = pieces["size"].num(-1);
    table.tar_bytes = tar_bytes_of(marker);
    if (size <= 0 || static_cast<std::uint64_t>(size) > largest_piece) damaged("its pieces have no possible length");
    table.size = static_cast<std::size_t>(size);
    const std::uint64_t wanted = (table.tar_bytes + table.size - 1) / table.size;
    const AsidePlace place = place_of(pieces["table"], marker);
    if (place.offset + place.length != marker.offset) damaged("its table of pieces is not at its end");
    table.end = place.offset;
    const std::string bytes = read_aside(file, place, marker.format);
    if (wanted > bytes.size()) damaged("its table of pieces is too short");
    VarintReader in(bytes);
    std::uint64_t at = 0;
    while (!in.empty()) {
        at += in.number(table.end - at);
        if (at >= table.end || (table.offsets.empty() ? at != 0 : at <= table.offsets.back()))
            damaged("its table of pieces is out of order");
        table.offsets.push_back(at);
    }
    if (table.offsets.size() != wanted) damaged("its table of pieces is not as long as its tar");
    return table;
}

}  // namespace jailctl::tree
