#include "archive/tar_guard.hpp"

#include <algorithm>
#include <utility>

#include "archive/marker.hpp"
#include "archive/tar_fields.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t block = 512;
constexpr std::uint64_t largest_extension = std::uint64_t{1} << 20;   // libarchive's own bound
constexpr std::uint64_t most_zeros = std::uint64_t{64} << 20;         // tapes are padded, bombs too

[[noreturn]] void damaged(const std::string& what) { throw Error(Errc::damaged, "the archive is damaged: " + what); }

bool all_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }
std::uint64_t padded(std::uint64_t size) { return (size + block - 1) / block * block; }

}  // namespace

void TarGuard::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t used = take(bytes);
        bytes_ += used;
        bytes.remove_prefix(used);
    }
}

std::size_t TarGuard::take(std::string_view bytes) {
    if (state_ == State::end) {
        end_block(bytes);
        return bytes.size();
    }
    if (state_ == State::body) {
        const std::size_t part = std::min<std::uint64_t>(bytes.size(), to_skip_);
        to_skip_ -= part;
        if (to_skip_ == 0) state_ = State::header;
        return part;
    }
    if (collected_.empty() && state_ == State::header && !start_known_) {
        member_start_ = bytes_;
        start_known_ = true;
    }
    const std::size_t part = std::min(bytes.size(), wanted_ - collected_.size());
    collected_ += bytes.substr(0, part);
    if (collected_.size() < wanted_) return part;
    if (state_ == State::header) {
        header();
    } else if (state_ == State::extension) {
        extension_done();
    } else if (collected_[504] == 0) {  // the last block of an old sparse map
        state_ = to_skip_ > 0 ? State::body : State::header;
    }
    collected_.clear();
    return part;
}

void TarGuard::end_block(std::string_view bytes) {
    trailed_ = !all_zero(bytes);
    if (trailed_) damaged("there is something behind its end");
    zeros_ += bytes.size();
    if (zeros_ > most_zeros) damaged("its end goes on and on");
}

void TarGuard::finish() const {
    if (state_ != State::end || zeros_ < 2 * block) damaged("its end is missing");
    if (bytes_ % block != 0) damaged("it ends within a block");
}

void TarGuard::header() {
    if (all_zero(collected_)) {
        if (in_member_) damaged("a header is missing");
        state_ = State::end;
        zeros_ = block;
        return;
    }
    const TarHeader fields(collected_);
    if (!fields.checksum_matches()) damaged("the check sum of a header is wrong");
    const auto size = fields.number(TarHeader::size);
    if (!size) damaged("a size is not a number");
    for (const auto& field : {TarHeader::mode, TarHeader::uid, TarHeader::gid})
        if (!fields.number(field)) damaged("an owner or mode is not a number");
    const char type = fields.type();
    if (std::string_view("xgLK").find(type) == std::string_view::npos) return member(type, *size);
    if (*size > largest_extension) damaged("an extended header is too long");
    if (had_.find(type) != std::string::npos) damaged("a member has two extended headers of one kind");
    if (type != 'g') had_ += type;  // that one is of no member
    in_member_ = true;
    extension_type_ = type;
    extension_size_ = *size;
    state_ = State::extension;
    wanted_ = static_cast<std::size_t>(padded(*size));
    if (wanted_ == 0) extension_done();
}

void TarGuard::member(char type, std::uint64_t size) {
    if (std::string_view("ADMNVX").find(type) != std::string_view::npos)
        throw Error(Errc::unsupported,
                    std::string("the archive has records of type '") + type + "', which jailctl does not read");
    if (has_pax_size_) size = pax_size_;
    if (size > 0 && (type == '1' || (has_pax_size_ && type >= '2' && type <= '6')))
        damaged("a link or special file has content");
    if (type >= '2' && type <= '6') size = 0;  // whatever they say: nothing follows
    const bool unknown = std::string_view("\0" "01234567S", 10).find(type) == std::string_view::npos;
    ahead_.push_back({member_start_, unknown, type == '1', names_.take()});
    if (type != '1' && type != '2') ahead_.back().names.target.clear();
    had_.clear();
    in_member_ = has_pax_size_ = start_known_ = false;
    skip(size);
    if (type == 'S' && collected_[482] != 0) state_ = State::sparse_map;
}

void TarGuard::skip(std::uint64_t size) {
    to_skip_ = padded(size);
    state_ = to_skip_ > 0 ? State::body : State::header;
    wanted_ = block;
}

void TarGuard::extension_done() {
    const std::string_view text = std::string_view(collected_).substr(0, wanted_ == 0 ? 0 : extension_size_);
    if (extension_type_ == 'L' || extension_type_ == 'K') {
        const std::size_t end = text.find('\0');
        if (end != std::string_view::npos && !all_zero(text.substr(end))) damaged("a name contains NUL");
        names_.gnu_header(extension_type_, text.substr(0, end));
    } else {
        const bool first = member_start_ == 0;
        pax_records(text);
        names_.pax_header(extension_type_, claimed_);
        if (extension_type_ == 'g') in_member_ = false;
        if (extension_type_ == 'g' && first &&
            text.find(" comment=" + std::string(claim) + "\n") != std::string_view::npos)
            claimed_ = true;
    }
    state_ = State::header;
    wanted_ = block;
}

void TarGuard::pax_records(std::string_view text) {
    while (!text.empty()) {
        const auto record = first_pax_record(text);
        if (!record) damaged("an extended header has a wrong length");
        if (record->key.empty()) damaged("an extended header has no value");
        pax_record(record->key, record->value);
        text.remove_prefix(record->length);
    }
}

void TarGuard::pax_record(std::string_view key, std::string_view value) {
    const bool name = key == "path" || key == "linkpath" || key == "GNU.sparse.name" ||
                      key.starts_with("SCHILY.acl.") || key == "SCHILY.fflags";
    if (name && value.find('\0') != std::string_view::npos) damaged("a name contains NUL");
    if ((key == "path" || key == "linkpath") && value.empty()) damaged("a name is empty");
    names_.pax_record(key, value);
    if (key != "size" && key != "uid" && key != "gid" && key != "GNU.sparse.size" && key != "GNU.sparse.realsize")
        return;
    const auto number = decimal(value);
    if (!number) damaged("a size or owner is not a number");
    if (key != "size") return;
    if (extension_type_ == 'g') damaged("one size is given to all members");
    pax_size_ = *number;
    has_pax_size_ = true;
}

Sighting TarGuard::take_member(std::uint64_t offset) {
    if (ahead_.empty() || ahead_.front().begins != offset) damaged("its headers can be read in two ways");
    Sighting member = std::move(ahead_.front());
    ahead_.pop_front();
    return member;
}

void TarGuard::expect_no_more() const {
    if (!ahead_.empty()) damaged("its headers can be read in two ways");
}

}  // namespace jailctl::tree
