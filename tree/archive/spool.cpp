#include "archive/spool.hpp"

#include <algorithm>

#include "punch_hole.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t claim_size = 1024;  // the record that says who made it: the new archive has its own
// What was read lies at least that far behind: the index is read ahead of what it describes,
// the decoder a buffer ahead.
constexpr std::uint64_t margin = std::uint64_t{16} << 20, stretch = std::uint64_t{32} << 20;

[[noreturn]] void damaged() { throw Error(Errc::damaged, "a temporary archive of this backup is damaged"); }

Marker marker_of(int file) {
    auto marker = read_marker(file);
    if (!marker) damaged();
    return std::move(*marker);
}

std::optional<IndexEntry> copy_of(const IndexEntry* entry) {
    return entry == nullptr ? std::nullopt : std::optional<IndexEntry>(*entry);
}

}  // namespace

Spool::Spool(int file, std::uint64_t end) : fd_(file), file_(file, 0), end_(end) {
    const Marker marker = marker_of(file);
    file_.extend(marker.offset);
    tar_ = make_zstd_decoder(file_);
    index_ = IndexReader::open(file, marker);
    if (!index_) damaged();
    next_ = copy_of(index_->next());
    step();
}

void Spool::step() {
    current_ = std::move(next_);
    next_ = current_ ? copy_of(index_->next()) : std::nullopt;
}

void Spool::advance(TarWriter* tar) {
    const std::uint64_t begin = std::max(current_->offset, claim_size), end = next_ ? next_->offset : end_;
    while (position_ < end) {
        if (rest_.empty()) rest_ = tar_->next();
        if (rest_.empty()) damaged();
        const std::uint64_t until = position_ < begin ? begin : end;
        const std::string_view part = rest_.substr(0, std::min<std::uint64_t>(rest_.size(), until - position_));
        if (tar != nullptr && position_ >= begin) tar->splice(part);
        position_ += part.size();
        rest_.remove_prefix(part.size());
    }
    give_back();
    step();
}

void Spool::give_back() {
    const std::uint64_t read = file_.position();
    if (read < given_back_ + stretch + margin) return;
    given_back_ = punch_hole(fd_, given_back_, stretch) ? given_back_ + stretch : ~std::uint64_t{0} - stretch - margin;
}

}  // namespace jailctl::tree
