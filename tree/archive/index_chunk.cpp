#include "archive/index_chunk.hpp"

#include <algorithm>
#include <libdeflate.h>
#include <memory>

#include "archive/varint.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t enough = std::size_t{1} << 20;   // bytes of records and digests
constexpr std::size_t most_raw = enough + (1 << 16);   // one entry is shorter than two paths and its numbers
constexpr std::size_t longest_path = 4096, digest_size = 32, block = 512;
constexpr std::uint64_t most_blocks = std::uint64_t{1} << 53;
constexpr unsigned link_bit = 0x80, sparse_bit = 0x40;
constexpr int level = 6;

[[noreturn]] void damaged() { throw Error(Errc::damaged, "the archive is damaged: its index cannot be read"); }

std::string deflated(const std::string& bytes) {
    const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
        libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
    if (!compressor) throw std::bad_alloc();
    std::string out(libdeflate_deflate_compress_bound(compressor.get(), bytes.size()), '\0');
    out.resize(libdeflate_deflate_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
    return out;
}

std::string inflated(std::string_view bytes, std::size_t size) {
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    std::string out(size, '\0');
    std::size_t used = 0;
    if (libdeflate_deflate_decompress_ex(decompressor.get(), bytes.data(), bytes.size(), out.data(), out.size(), &used,
                                         nullptr) != LIBDEFLATE_SUCCESS ||
        used != bytes.size())
        damaged();
    return out;
}

IndexEntry read_record(VarintReader& in, const IndexEntry& before) {
    IndexEntry entry;
    const auto kind = static_cast<unsigned>(in.number(0xff));
    entry.hard_link = (kind & link_bit) != 0;
    entry.sparse = (kind & sparse_bit) != 0;
    const unsigned plain_kind = kind & ~(link_bit | sparse_bit);
    if (plain_kind > static_cast<unsigned>(Kind::unknown)) damaged();
    entry.kind = static_cast<Kind>(plain_kind);
    if (entry.sparse && !has_content(entry)) damaged();
    entry.path = before.path.substr(0, static_cast<std::size_t>(in.number(before.path.size())));
    entry.path += in.text(longest_path - std::min(longest_path, entry.path.size()));
    entry.mode = static_cast<mode_t>(in.number(07777));
    entry.uid = in.number();
    entry.gid = in.number();
    entry.modified.seconds = in.signed_number();
    entry.modified.nanoseconds = static_cast<std::uint32_t>(in.number(999'999'999));
    entry.offset = before.offset + block * in.number(most_blocks - before.offset / block);
    if (has_content(entry)) entry.size = in.number(most_blocks * block);
    if (!entry.hard_link && is_device(entry.kind)) {
        entry.device_major = static_cast<std::uint32_t>(in.number(0xffffffffU));
        entry.device_minor = static_cast<std::uint32_t>(in.number(0xffffffffU));
    }
    if (entry.hard_link || entry.kind == Kind::symlink) entry.target = in.text(longest_path);
    return entry;
}

}  // namespace

void IndexChunk::add(const IndexEntry& entry) {
    const auto differ = std::mismatch(last_path_.begin(), last_path_.end(), entry.path.begin(), entry.path.end());
    const auto common = static_cast<std::size_t>(differ.first - last_path_.begin());
    put_number(records_,
               static_cast<unsigned>(entry.kind) | (entry.hard_link ? link_bit : 0) | (entry.sparse ? sparse_bit : 0));
    put_number(records_, common);
    put_text(records_, std::string_view(entry.path).substr(common));
    put_number(records_, entry.mode);
    put_number(records_, entry.uid);
    put_number(records_, entry.gid);
    put_signed(records_, entry.modified.seconds);
    put_number(records_, entry.modified.nanoseconds);
    put_number(records_, (entry.offset - last_offset_) / block);
    if (has_content(entry)) put_number(records_, entry.size);
    if (!entry.hard_link && is_device(entry.kind)) {
        put_number(records_, entry.device_major);
        put_number(records_, entry.device_minor);
    }
    if (entry.hard_link || entry.kind == Kind::symlink) put_text(records_, entry.target);
    digests_ += entry.sha256;
    last_path_ = entry.path;
    last_offset_ = entry.offset;
    ++count_;
}

bool IndexChunk::full() const noexcept { return records_.size() + digests_.size() >= enough; }

std::string IndexChunk::take() {
    const std::string body = deflated(records_);
    std::string chunk;
    put_number(chunk, count_);
    put_number(chunk, records_.size());
    put_text(chunk, body);
    chunk += digests_;
    *this = IndexChunk();
    return chunk;
}

std::vector<IndexEntry> read_chunk(std::string_view chunk) {
    VarintReader head(chunk);
    const auto count = static_cast<std::size_t>(head.number(most_raw));
    const auto size = static_cast<std::size_t>(head.number(most_raw));
    const std::string records = inflated(head.text(chunk.size()), size);
    VarintReader in(records);
    std::vector<IndexEntry> entries;
    entries.reserve(std::min(count, size / 10));  // no record is shorter
    IndexEntry none;
    while (entries.size() < count) {
        entries.push_back(read_record(in, entries.empty() ? none : entries.back()));
        if (has_content(entries.back())) entries.back().sha256 = head.bytes(digest_size);
    }
    if (!in.empty() || !head.empty()) damaged();
    return entries;
}

}  // namespace jailctl::tree
