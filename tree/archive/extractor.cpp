#include "archive/extractor.hpp"

#include <sys/stat.h>

#include "acl.hpp"
#include "archive/member_name.hpp"

#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t skips_kept = 1000;

[[noreturn]] void damaged(const std::string& what) { throw Error(Errc::damaged, what); }

std::uint64_t size_of(int archive) {
    struct stat facts{};
    if (::fstat(archive, &facts) != 0) throw_errno("cannot read the archive");
    if (!S_ISREG(facts.st_mode)) throw Error(Errc::invalid, "the archive is not a regular file");
    if (facts.st_size == 0) damaged("the archive is empty");
    return static_cast<std::uint64_t>(facts.st_size);
}

bool allowed(std::string_view attribute) {
    return attribute.starts_with("user.") || attribute == "security.capability" || is_acl(attribute);
}

bool is_device(Kind kind) { return kind == Kind::character || kind == Kind::block; }

}  // namespace

Extractor::Extractor(Job& job, ExtractRules rules, TreeWriter* writer) : job_(job), rules_(rules), writer_(writer) {}

void Extractor::run(int archive) {
    const std::uint64_t size = size_of(archive);
    marker_ = read_marker(archive);
    ArchiveFile file(archive, marker_ ? marker_->offset : size);
    if (!rules_.base) require_own_compression(file);
    const auto decoder = make_decoder(file);
    TarReader reader(*decoder, marker_.has_value());
    read_members(reader, file);
    reader.finish();
    if (reader.guard().claimed() && !marker_)
        damaged("the archive is cut off: jailctl made it, and its end marker is missing");
    if (marker_ && !reader.guard().claimed()) damaged("the archive is damaged: its end marker belongs to another one");
    if (file.position() != file.end()) damaged("there is something behind the archive's end");
    if (marker_) compare_with_marker(reader, file);
    file.extend(size);
    while (!file.next().empty()) {}
    sha256_ = file.hash().finish();
    if (writer_ != nullptr) writer_->finish();
}

void Extractor::read_members(TarReader& reader, const ArchiveFile& file) {
    while (auto member = reader.next()) {
        if (++entries_ > rules_.max_entries)
            damaged("the archive holds more than " + std::to_string(rules_.max_entries) + " entries");
        take(*member, reader);
        job_.progress(file.position());
    }
}

void Extractor::compare_with_marker(TarReader& reader, ArchiveFile& file) const {
    const Value& says = marker_->document;
    const auto same = [&](const Value& value, std::uint64_t found) {
        return static_cast<std::uint64_t>(value.num(-1)) == found;
    };
    if (says["tar"]["sha256"].str() != reader.hash().finish() ||
        says["stream"]["sha256"].str() != file.hash().copy().finish() ||
        !same(says["tar"]["bytes"], reader.guard().bytes()) || !same(says["stream"]["bytes"], marker_->offset) ||
        !same(says["entries"], entries_) || !same(says["files"], files_) || !same(says["bytes"], bytes_))
        damaged("the archive is damaged: it is not what its end marker says");
}

void Extractor::take(Member& member, TarReader& reader) {
    const auto path = member_components(member.path);
    const std::string name = joined(path);
    check_ids(name, member);
    if (path.empty() && member.kind != Kind::directory) damaged("the archive's root is no directory");
    if (member.hard_link) return link(path, member);
    if (!allow(name, member)) {
        if (writer_ != nullptr) writer_->leave_out(path);
        return;
    }
    if (member.kind == Kind::regular) ++files_;
    bytes_ += member.size;
    write(path, member, reader);
}

void Extractor::check_ids(const std::string& path, const Member& member) const {
    const auto fits = [&](std::int64_t id) { return id >= 0 && static_cast<std::uint64_t>(id) <= rules_.largest_id; };
    bool fine = fits(member.uid) && fits(member.gid);
    for (const Xattr& attribute : member.xattrs)
        if (is_acl(attribute.name)) fine = fine && largest_id(attribute) && *largest_id(attribute) <= rules_.largest_id;
    if (!fine)
        damaged("the archive gives '" + escape_name(path) + "' to a user or group outside 0 to " +
                std::to_string(rules_.largest_id));
}

void Extractor::skip(const std::string& path, const std::string& why) {
    if (++skipped_total_ > skips_kept) return;
    skipped_.push(Value::object().set("path", encode_path(path)).set("why", why));
    job_.note(path, "left out: " + why);
}

/// @return true if it is to be left out
bool Extractor::odd(const std::string& path, const std::string& what) {
    if (!rules_.everything)
        skip(path, what);
    else if (rules_.named)
        job_.note(path, "restored on trust: " + what);
    return !rules_.everything;
}

bool Extractor::allow(const std::string& path, Member& member) {
    if (member.kind == Kind::unknown || member.kind == Kind::socket) {
        skip(path, "of a kind that cannot be restored");
        return false;
    }
    if (is_device(member.kind)) {
        if (odd(path, "a device")) return false;
        if (job_.in_userns()) {
            skip(path, "a device, which the root of a jail cannot make");
            return false;
        }
    }
    std::erase_if(member.xattrs, [&](const Xattr& one) {
        return !allowed(one.name) && odd(path, "its attribute " + escape_name(one.name));
    });
    if (member.flags != 0 && odd(path, "its file flags")) member.flags = 0;
    return true;
}

void Extractor::write(const TreeWriter::Components& path, const Member& member, TarReader& reader) {
    if (writer_ == nullptr) {
        if (member.kind == Kind::regular) read_content(reader, [](std::uint64_t, std::string_view) {});
        return;
    }
    if (member.kind == Kind::directory) return writer_->directory(path, member);
    if (member.kind != Kind::regular) return writer_->special(path, member);
    in_context("restoring " + escape_name(joined(path)),
               [&] { writer_->file(path, member, [&](const auto& put) { read_content(reader, put); }); });
}

void Extractor::link(const TreeWriter::Components& path, const Member& member) {
    const auto target = target_components(member.target);
    if (writer_ == nullptr) return;
    if (!writer_->left_out(target)) return writer_->hard_link(path, target);
    skip(joined(path), "another name of something left out");
    writer_->leave_out(path);
}

void Extractor::read_content(TarReader& reader, const std::function<void(std::uint64_t, std::string_view)>& put) {
    reader.content([&](std::uint64_t offset, std::string_view bytes) {
        content_ += bytes.size();
        if (content_ > rules_.max_bytes) damaged("the archive holds more than " + human_bytes(rules_.max_bytes));
        put(offset, bytes);
    });
}

Value Extractor::result() const {
    return Value::object()
        .set("entries", entries_)
        .set("files", files_)
        .set("bytes", bytes_)
        .set("skipped", skipped_)
        .set("skipped_total", skipped_total_)
        .set("marker", marker_ ? marker_->document : Value())
        .set("sha256", sha256_);
}

}  // namespace jailctl::tree
