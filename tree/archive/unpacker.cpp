#include "archive/unpacker.hpp"

#include <algorithm>
#include <sys/stat.h>

#include "archive/aside.hpp"
#include "archive/member_name.hpp"
#include "archive/piece_source.hpp"
#include "archive/socket_list.hpp"

#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

[[noreturn]] void damaged(const std::string& what) { throw Error(Errc::damaged, what); }

std::uint64_t size_of(int archive) {
    struct stat facts{};
    if (::fstat(archive, &facts) != 0) throw_errno("cannot read the archive");
    if (!S_ISREG(facts.st_mode)) throw Error(Errc::invalid, "the archive is not a regular file");
    if (facts.st_size == 0) damaged("the archive is empty");
    return static_cast<std::uint64_t>(facts.st_size);
}

/// What the content of one file takes on the disk: where it has holes, blocks, for single
/// bytes among them take as much.
class Room {
public:
    /// @return what the next stretch adds
    std::uint64_t take(std::uint64_t offset, std::uint64_t size) {
        constexpr std::uint64_t block = 4096;
        holes_ = holes_ || offset != at_;
        at_ = offset + size;
        const std::uint64_t begin = std::max(counted_, holes_ ? offset / block * block : offset);
        const std::uint64_t end = holes_ ? (at_ + block - 1) / block * block : at_;
        counted_ = std::max(counted_, end);
        return end - std::min(begin, end);
    }

private:
    std::uint64_t at_ = 0, counted_ = 0;
    bool holes_ = false;
};

}  // namespace

Unpacker::Unpacker(Job& job, UnpackRules rules, TreeWriter* writer)
    : job_(job), rules_(rules), admission_(job, rules), writer_(writer) {}

/// Where what the tar is read from ends: of a plain tar before its index, else before the marker.
std::uint64_t Unpacker::end_of_tar(std::uint64_t size) const {
    if (!marker_) return size;
    if (marker_->format != Format::tar) return marker_->offset;
    const std::uint64_t bytes = tar_bytes_of(*marker_);
    if (bytes > marker_->offset) damaged("the archive is damaged: it is not what its end marker says");
    return bytes;
}

std::unique_ptr<ByteSource> Unpacker::decoder(int archive, ArchiveFile& file) const {
    auto pieces = marker_ ? read_pieces(archive, *marker_) : std::nullopt;
    if (!pieces) return make_decoder(file);
    file.extend(pieces->end);
    const PieceSource::Range all{0, pieces->offsets.size() - 1};
    return std::make_unique<PieceSource>(archive, std::move(*pieces), all,
                                         [&file](std::string_view bytes) { file.took(bytes); });
}

void Unpacker::run(int archive) {
    const std::uint64_t size = size_of(archive);
    marker_ = read_marker(archive);
    if (marker_ && rules_.compare_index) index_ = IndexReader::open(archive, *marker_);
    ArchiveFile file(archive, end_of_tar(size));
    if (!marker_) require_archive(file);
    if (!rules_.base) require_own_compression(file);
    const auto source = decoder(archive, file);
    const bool first_format = marker_ && !marker_->document["tar"]["crc32"].is_int();
    TarReader reader(*source, marker_.has_value(), 0, first_format);
    try {
        read_members(reader, file);
        read_to_end(reader, file);
    } catch (const Error&) {
        explain_trailer(reader, file);
        throw;
    }
    file.extend(size);
    while (!file.next().empty()) {}
    sha256_ = file.hash().finish();
    // Behind all members, so that none stands in the way of one. Of a stranger's they are left out without a word.
    if (marker_ && rules_.everything)
        for (const Member& one : listed_sockets(marker_->document)) socket(one);
    if (writer_ != nullptr) writer_->finish();
}

void Unpacker::socket(const Member& socket) {
    const auto path = member_components(socket.path);
    if (path.empty()) damaged("the archive's root is no directory");
    const std::string name = joined(path);
    admission_.check_ids(name, socket);
    if (writer_ == nullptr || admission_.odd(name, "a socket")) return;
    try {
        writer_->special(path, socket);
        ++entries_;
    } catch (const Error& error) {
        if (error.code() != Errc::exists) throw;
        admission_.leave_out(name, "a socket, where something else stands");
    }
}

void Unpacker::read_to_end(TarReader& reader, ArchiveFile& file) {
    reader.finish();
    // Its tar is whole, but for zeros at its end. Where the index was beside it, the end marker was as well; another
    // tool that compresses the tar anew carries neither over, and what it made is read as any other tool's.
    const bool padded = reader.guard().bytes() % TarWriter::record == 0;
    if (reader.guard().claimed() && !marker_ && (!padded || file.holds_parts()))
        damaged("the archive is cut off: jailctl made it, and its end marker is missing");
    if (marker_ && !reader.guard().claimed()) damaged("the archive is damaged: its end marker belongs to another one");
    if (file.position() != file.end()) damaged("there is something behind the archive's end");
    if (!marker_) return;
    file.extend(marker_->offset);
    while (!file.next().empty()) {}
    compare_with_marker(reader, file);
    if (!index_) return;
    if (const IndexEntry* missing = index_->next(); missing != nullptr)
        damaged("the archive is damaged: its index lists '" + escape_name(missing->path) + "', which it does not hold");
}

/// Behind the end of a plain tar of ours stands its index: what is wrong is the marker behind that.
void Unpacker::explain_trailer(TarReader& reader, const ArchiveFile& file) const {
    if (marker_ || !reader.guard().claimed() || !reader.guard().trailed()) return;
    if (!is_compressed(file)) damaged("the archive is cut off: jailctl made it, and its end marker is missing");
    throw Error(Errc::unsupported,
                "the archive is a plain tar of jailctl's that another tool compressed: its index cannot be reached")
        .with_hint("decompress it: jailctl reads the tar, and can prove every byte of it");
}

void Unpacker::read_members(TarReader& reader, const ArchiveFile& file) {
    while (auto member = reader.next()) {
        take(*member, reader);
        job_.progress(file.position());
    }
}

void Unpacker::compare_with_marker(TarReader& reader, ArchiveFile& file) const {
    const Value& says = marker_->document;
    const auto same = [&](const Value& value, std::uint64_t found) {
        return static_cast<std::uint64_t>(value.num(-1)) == found;
    };
    const bool same_tar = says["tar"]["crc32"].is_int() ? same(says["tar"]["crc32"], reader.crc32())
                                                        : says["tar"]["sha256"].str() == reader.hash().finish();
    if (!same_tar ||
        says["stream"]["sha256"].str() != file.hash().copy().finish() ||
        !same(says["tar"]["bytes"], reader.guard().bytes()) || !same(says["stream"]["bytes"], marker_->offset) ||
        !same(says["entries"], entries_) || !same(says["files"], files_) || !same(says["bytes"], bytes_))
        damaged("the archive is damaged: it is not what its end marker says");
}

void Unpacker::take(Member& member, TarReader& reader) {
    if (++entries_ > rules_.max_entries)
        damaged("the archive holds more than " + std::to_string(rules_.max_entries) + " entries");
    const auto path = member_components(member.path);
    const std::string name = joined(path);
    admission_.check_ids(name, member);
    if (path.empty() && member.kind != Kind::directory) damaged("the archive's root is no directory");
    entry_ = see_ || index_ ? entry_of(member, reader.offset()) : IndexEntry();
    const IndexEntry* const says = index_ ? index_->next() : nullptr;
    if (index_) member.sparse = says != nullptr && says->sparse;
    entry_.sparse = has_content(entry_) && member.sparse;
    if (member.hard_link) {
        link(path, member);
    } else if (admission_.allow(name, member)) {
        if (member.kind == Kind::regular) ++files_;
        bytes_ += member.size;
        write(path, member, reader);
    } else if (writer_ != nullptr) {
        writer_->leave_out(path);
    }
    if (see_) see_(entry_);
    if (index_) compare_with_index(says, entry_);
}

void Unpacker::compare_with_index(const IndexEntry* says, const IndexEntry& found) {
    if (says == nullptr || says->offset > found.offset)
        damaged("the archive is damaged: its index does not list '" + escape_name(found.path) + "'");
    if (says->offset < found.offset)
        damaged("the archive is damaged: its index lists '" + escape_name(says->path) + "', which it does not hold");
    if (const std::string what = difference(*says, found); !what.empty())
        damaged("the archive is damaged: the " + what + " of '" + escape_name(found.path) +
                "' is not what its index says");
}

void Unpacker::write(const TreeWriter::Components& path, const Member& member, TarReader& reader) {
    if (writer_ == nullptr) {
        if (member.kind == Kind::regular) read_content(member, reader, [](std::uint64_t, std::string_view) {});
        return;
    }
    if (member.kind == Kind::directory) return writer_->directory(path, member);
    if (member.kind != Kind::regular) return writer_->special(path, member);
    writer_->file(path, member, [&](const auto& put) { read_content(member, reader, put); });
}

void Unpacker::link(const TreeWriter::Components& path, const Member& member) {
    const auto target = target_components(member.target);
    if (writer_ == nullptr) return;
    if (!writer_->left_out(target)) return writer_->hard_link(path, target);
    admission_.leave_out(joined(path), "another name of something left out");
    writer_->leave_out(path);
}

void Unpacker::read_content(const Member& member, TarReader& reader,
                             const std::function<void(std::uint64_t, std::string_view)>& put) {
    std::optional<ContentDigest> digest;
    if (see_ || index_)
        digest.emplace(member.sparse ? DigestForm::sparse : DigestForm::plain,
                       rules_.any_holes ? nullptr : &holes_left_);
    Room room;
    reader.content([&](std::uint64_t offset, std::string_view bytes) {
        content_ += room.take(offset, bytes.size());
        if (content_ > rules_.max_bytes) damaged("the archive holds more than " + human_bytes(rules_.max_bytes));
        if (digest) digest->add(offset, bytes);
        put(offset, bytes);
    });
    // Where a digest counts every zero, a hole that only a stranger's word makes long is bounded as content is. Else it
    // costs nothing, whatever its length: a file of ours may be as long as a backup takes (packer.hpp).
    if (digest && !member.sparse && !rules_.any_holes && entry_.size > rules_.max_bytes)
        damaged("the archive holds more than " + human_bytes(rules_.max_bytes));
    if (digest) entry_.sha256 = digest->finish(entry_.size);
}

Value Unpacker::result() const {
    return Value::object()
        .set("entries", entries_)
        .set("files", files_)
        .set("bytes", bytes_)
        .set("skipped", admission_.left_out())
        .set("skipped_total", admission_.left_out_total())
        .set("marker", marker_ ? marker_->document : Value())
        .set("sha256", sha256_);
}

}  // namespace jailctl::tree
