#include "archive/extraction.hpp"

#include <sys/stat.h>

#include "archive/destination.hpp"
#include "archive/member_name.hpp"
#include "archive/piece_source.hpp"
#include "archive/range_source.hpp"
#include "archive/socket_list.hpp"

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t read_over = std::uint64_t{4} << 20;  // a gap of the tar read rather than gone around

[[noreturn]] void damaged(const std::string& path, const std::string& what) {
    throw Error(Errc::damaged,
                "the archive is damaged: the " + what + " of '" + escape_name(path) + "' is not what its index says");
}

UnpackRules only_looking(bool any_holes) {
    UnpackRules rules;
    rules.everything = true;
    rules.any_holes = any_holes;
    return rules;
}

void write_zeros(int out, std::uint64_t count) {
    static const std::string nothing(std::size_t{1} << 16, '\0');
    for (; count > 0; count -= std::min<std::uint64_t>(count, nothing.size()))
        write_all(out, std::string_view(nothing).substr(0, count), "the file");
}

}  // namespace

void list_contents(Job& job, int archive, const std::function<void(const IndexEntry&)>& see, bool any_holes) {
    const auto marker = read_marker(archive);
    if (auto index = marker ? IndexReader::open(archive, *marker) : std::nullopt) {
        while (const IndexEntry* entry = index->next()) see(*entry);
        return;
    }
    Unpacker unpacker(job, only_looking(any_holes), nullptr);
    unpacker.watch(see);
    unpacker.run(archive);
}

Extraction::Extraction(Job& job, int archive, UnpackRules rules)
    : job_(job), archive_(archive), rules_(rules), marker_(read_marker(archive)) {
    if (marker_) index_ = IndexReader::open(archive, *marker_);
    if (index_) pieces_ = read_pieces(archive, *marker_);
}

std::vector<Wanted> Extraction::select(Selection& selection) {
    do {
        look_at_all([&](const IndexEntry& entry) { selection.see(entry); });
    } while (selection.unresolved());
    if (marker_)
        for (Member& socket : listed_sockets(marker_->document))
            if (selection.asks_for(joined(member_components(socket.path)))) sockets_.push_back(std::move(socket));
    if (rules_.ask && !sockets_.empty()) throw InDoubt();
    return selection.take(index_ ? tar_bytes_of(*marker_) : ~std::uint64_t{0});
}

void Extraction::look_at_all(const std::function<void(const IndexEntry&)>& see) {
    if (!index_) return list_contents(job_, archive_, see, rules_.any_holes);
    index_->rewind();
    while (const IndexEntry* entry = index_->next()) see(*entry);
}

std::unique_ptr<ByteSource> Extraction::source(std::uint64_t begin, std::uint64_t end) {
    if (!index_) {
        struct stat facts{};
        if (::fstat(archive_, &facts) != 0) throw_errno("cannot read the archive");
        file_.emplace(archive_, marker_ ? marker_->offset : static_cast<std::uint64_t>(facts.st_size));
        return make_decoder(*file_);
    }
    if (!pieces_) return std::make_unique<RangeSource>(archive_, begin, end);
    const PieceSource::Range range{begin / pieces_->size, (end - 1) / pieces_->size};
    return std::make_unique<Skipping>(std::make_unique<PieceSource>(archive_, *pieces_, range), begin % pieces_->size);
}

void Extraction::read(const std::vector<Wanted>& wanted, const Take& take) {
    const Wanted* const all_end = wanted.data() + wanted.size();
    for (const Wanted* first = wanted.data(); first != all_end;) {
        const Wanted* last = first + 1;
        while (last != all_end && (!index_ || last->entry.offset - last[-1].end <= read_over)) ++last;
        read_run(first, last, take);
        first = last;
    }
}

void Extraction::read_run(const Wanted* first, const Wanted* last, const Take& take) {
    const std::uint64_t begin = index_ ? first->entry.offset : 0;
    const auto bytes = source(begin, last[-1].end);
    TarReader reader(*bytes, marker_.has_value(), begin);
    while (first != last) {
        auto member = reader.next();
        if (!member || reader.offset() > first->entry.offset) damaged(first->entry.path, "place");
        if (reader.offset() < first->entry.offset) continue;
        IndexEntry found = entry_of(*member, reader.offset());
        found.sha256 = first->entry.sha256;  // compared behind the content
        if (const auto what = difference(found, first->entry); !what.empty()) damaged(first->entry.path, what);
        member->sparse = first->entry.sparse;
        take(reader, *member, *first);
        if (digest_ != first->entry.sha256) damaged(first->entry.path, "digest");
        ++first;
    }
}

void Extraction::write(TarReader& reader, Member& member, const Wanted& wanted) {
    digest_.clear();
    if (wanted.as.empty()) return;  // the directory written to stays as it is
    member.path = wanted.as;
    if (member.hard_link) member.target = wanted.link_to;
    unpacker_->take(member, reader);
    // What was left out by rule has been named; its content was not looked at.
    if (digest_.empty()) digest_ = wanted.entry.sha256;
}

void Extraction::to_directory(int root, std::vector<std::string> paths) {
    Selection selection(std::move(paths));
    const std::vector<Wanted> wanted = select(selection);
    Destination destination(root, selection.paths());
    TreeWriter writer(destination.staging(),
                      [&](const auto& path, const auto& what) { unpacker_->leave_out(path, what); });
    unpacker_.emplace(job_, rules_, &writer);
    unpacker_->watch([&](const IndexEntry& entry) { digest_ = entry.sha256; });
    read(wanted, [&](TarReader& reader, Member& member, const Wanted& one) { write(reader, member, one); });
    for (const Member& socket : sockets_) unpacker_->socket(socket);
    writer.finish();
    destination.publish();
}

void Extraction::to_descriptor(int out, const std::string& path) {
    Selection selection({path});
    const std::vector<Wanted> wanted = select(selection);
    if (wanted.size() != 1 || !has_content(wanted.front().entry))
        throw Error(Errc::invalid, "'" + escape_name(path) + "' is no regular file")
            .with_hint("give a directory to write it to with --to");
    unpacker_.emplace(job_, rules_, nullptr);
    read(wanted, [&](TarReader& reader, Member& member, const Wanted&) {
        // Holes are written out as well, and only a stranger's word may make them long.
        if (!rules_.any_holes && member.size > rules_.max_bytes)
            throw Error(Errc::unsupported,
                        "'" + escape_name(path) + "' is, with its holes, longer than " + human_bytes(rules_.max_bytes))
                .with_hint("--to DIR makes the holes again; --trust writes them out as zeros");
        std::uint64_t holes_left = most_holes, at = 0;
        ContentDigest digest(member.sparse ? DigestForm::sparse : DigestForm::plain,
                             rules_.any_holes ? nullptr : &holes_left);
        reader.content([&](std::uint64_t offset, std::string_view bytes) {
            digest.add(offset, bytes);
            write_zeros(out, offset - at);
            write_all(out, bytes, "the file");
            at = offset + bytes.size();
        });
        digest_ = digest.finish(member.size);
        write_zeros(out, member.size - at);
    });
}

}  // namespace jailctl::tree
