#include "archive/packer.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "change.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t buffer_size = 1 << 18;
constexpr std::size_t most_for_links = std::size_t{32} << 20;

std::string member_path(std::string_view path, bool directory) {
    std::string name = path.empty() ? "." : "./" + std::string(path);
    if (directory) name += '/';
    return name;
}

Member plain_member(std::string_view path, const Facts& facts) {
    Member member;
    member.path = member_path(path, facts.kind == Kind::directory);
    member.kind = facts.kind;
    member.mode = facts.mode;
    member.uid = facts.uid;
    member.gid = facts.gid;
    member.size = facts.size;
    member.device_major = facts.device_major;
    member.device_minor = facts.device_minor;
    member.modified = facts.modified;
    return member;
}

/// By how much the holes that would have to be stored are more than the data.
std::uint64_t excess_of(const Member& member) {
    std::uint64_t all = 0;
    for (const Extent& extent : member.extents) all += extent.length;
    const std::uint64_t data = all - member.filled;
    return member.filled > data ? member.filled - data : 0;
}

}  // namespace

Member member_of(std::string_view path, int fd, const Facts& facts) {
    Member member = plain_member(path, facts);
    member.xattrs = xattrs_of(fd);
    member.flags = flags_of(fd);
    if (facts.kind != Kind::regular || facts.allocated >= facts.size) return member;
    const DataMap map = data_map(fd, facts.size);
    member.extents = map.extents();
    member.filled = map.filled();
    member.sparse = member.extents.size() != 1 || member.extents[0] != Extent{0, facts.size};
    return member;
}

Value to_value(const Packer::Counts& counts) {
    return Value::object()
        .set("entries", counts.entries)
        .set("files", counts.files)
        .set("bytes", counts.bytes)
        .set("sockets", counts.sockets.count())
        .set("socket_list", counts.sockets.list())
        .set("changed", counts.changed)
        .set("unreadable", counts.unreadable)
        .set("unrestorable", counts.unrestorable);
}

Packer::Packer(Job& job, TarWriter& tar, IndexWriter& index, Excludes excludes)
    : job_(job), tar_(tar), index_(index), excludes_(std::move(excludes)), buffer_(buffer_size, '\0') {}

Visitor::Visit Packer::visit(const Entry& entry) {
    if (ahead_ && entry.facts.kind == Kind::regular) ahead_->pass(entry.facts.size);
    if (excludes_.match(entry.path)) return Visit::skip;
    if (entry.path.size() > longest_stored_path) {
        ++counts_.unrestorable;
        job_.note(entry.path, "has a name too long to be restored");
        return Visit::skip;
    }
    const std::uint64_t before = counts_.entries;
    if (entry.facts.kind == Kind::socket)
        counts_.sockets.add(entry);
    else
        store(entry);
    report(entry, before);
    job_.progress(counts_.bytes);
    return Visit::enter;
}

void Packer::report(const Entry& entry, std::uint64_t entries_before) {
    if (witness_ != nullptr && counts_.entries > entries_before) witness_->stored(entry, member_offset_, !noted_);
    noted_ = false;
}

void Packer::problem(std::string_view path, const std::string& what) {
    if (excludes_.match(path)) return;
    if (what.starts_with("cannot")) {
        ++counts_.unreadable;
        noted_ = true;
        return job_.note(path, what);
    }
    changed(path, what);
}

void Packer::changed(std::string_view path, const std::string& what) {
    ++counts_.changed;
    noted_ = true;
    job_.note(path, what);
}

void Packer::store(const Entry& entry) {
    const Kind kind = entry.facts.kind;
    if (kind == Kind::unknown) return problem(entry.path, "cannot be stored: a file of a kind that tar does not know");
    if (kind != Kind::directory && entry.facts.links > 1 && store_link(entry)) return;
    if (kind == Kind::regular)
        store_file(entry);
    else if (kind == Kind::directory)
        index_.add(begin(member_of(entry.path, entry.directory, entry.facts)));
    else
        store_special(entry);
}

IndexEntry Packer::begin(const Member& member) {
    IndexEntry entry = entry_of(member, member_offset_ = tar_.next_offset());
    const std::string remark = tar_.begin(member);
    ++counts_.entries;
    if (remark.empty()) return entry;
    ++counts_.unrestorable;
    noted_ = true;
    job_.note(member.path, "may not come back as it is: " + remark);
    return entry;
}

bool Packer::store_link(const Entry& entry) {
    const auto known = first_names_.find({entry.facts.identity.device, entry.facts.identity.inode});
    if (known == first_names_.end()) return false;
    Member member = plain_member(entry.path, entry.facts);
    member.hard_link = true;
    member.target = member_path(known->second.path, false);
    index_.add(begin(member));
    if (--known->second.names_left == 0) {
        first_names_size_ -= known->second.path.size();
        first_names_.erase(known);
    }
    return true;
}

/// Later names of the file become links to this one. Past a bound they are stored as files of their own, and named.
void Packer::remember(const Entry& entry) {
    if (entry.facts.links < 2) return;
    constexpr std::size_t node = 96;  // of the map, estimated
    if (first_names_size_ + first_names_.size() * node > most_for_links) {
        noted_ = true;
        return job_.note(entry.path, "its other names are stored as files of their own: too many hard links at once");
    }
    first_names_size_ += entry.path.size();
    first_names_.insert_or_assign({entry.facts.identity.device, entry.facts.identity.inode},
                                  FirstName{std::string(entry.path), entry.facts.links - 1});
}

void Packer::store_special(const Entry& entry) {
    Member member = plain_member(entry.path, entry.facts);
    if (member.kind == Kind::symlink) {
        member.target = read_link(entry.parent, entry.name).value_or("");
        if (member.target.empty()) return changed(entry.path, "vanished while the tree was read");
    }
    try {
        member.xattrs = xattrs_at(entry.parent, entry.name);
    } catch (const Error& error) {
        return changed(entry.path, error.what());
    }
    index_.add(begin(member));
    remember(entry);
}

bool Packer::may_fill(const Member& member) {
    const std::uint64_t excess = excess_of(member);
    if (excess > fill_left_) return false;
    fill_left_ -= excess;
    return true;
}

void Packer::store_file(const Entry& entry) {
    std::string why;
    Facts before = entry.facts;
    UniqueFd opened;
    if (entry.file < 0) opened = open_same(entry, why, before);
    const int file = entry.file < 0 ? opened.get() : entry.file;
    if (file < 0) return problem(entry.path, why);
    if (before.size > longest_stored_file) {
        ++counts_.unrestorable;
        noted_ = true;
        return job_.note(entry.path, "is longer than " + human_bytes(longest_stored_file) + ", and left out");
    }
    const auto cached = before.size == 0 ? 0 : read_cached(file, buffer_);
    cold_ = ahead_ ? ahead_->look(entry, cached.has_value()) : !cached;
    asked_until_ = 0;
    at_hand_ = cached.value_or(0);
    const Member member = member_of(entry.path, file, before);
    if (!may_fill(member)) {
        ++counts_.unrestorable;
        noted_ = true;
        return job_.note(entry.path, "has more than " + std::to_string(DataMap::most) +
                                         " holes, too long to be stored as zeros, and is left out");
    }
    IndexEntry indexed = begin(member);
    remember(entry);
    indexed.sparse = member.sparse;
    digest_ = ContentDigest(member.sparse ? DigestForm::sparse : DigestForm::plain);
    const bool whole = copy_content(file, member);
    indexed.sha256 = digest_.finish(member.size);
    index_.add(indexed);
    ++counts_.files;
    counts_.bytes += member.size;
    if (cold_) drop_cached(file);
    const Facts after = facts_of(file);
    if (read_error_)
        problem(entry.path, "cannot be read to its end: " + std::exchange(read_error_, {}).message() +
                                "; what is missing is zeros");
    else if (const std::string what = change_of(before, after, whole); !what.empty())
        changed(entry.path, what);
}

bool Packer::copy_content(int file, const Member& member) {
    if (!member.sparse) return copy_extent(file, {0, member.size});
    bool whole = true;
    std::uint64_t at = 0;
    for (const Extent& extent : member.extents) {
        tar_.hole(extent.offset - at);
        whole = copy_extent(file, extent) && whole;
        at = extent.offset + extent.length;
    }
    tar_.hole(member.size - at);
    return whole;
}

bool Packer::copy_extent(int file, const Extent& extent) {
    std::uint64_t done = 0;
    if (extent.offset == 0 && at_hand_ > 0) {
        done = std::min<std::uint64_t>(at_hand_, extent.length);
        content(0, buffer_.data(), static_cast<std::size_t>(done));
    }
    at_hand_ = 0;  // the buffer is used for what follows
    while (done < extent.length) {
        const std::size_t part = std::min<std::uint64_t>(buffer_.size(), extent.length - done);
        if (cold_ && extent.length > buffer_.size()) ask_on(file, extent.offset + done);
        const ssize_t got = ::pread(file, buffer_.data(), part, static_cast<off_t>(extent.offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) read_error_ = last_error();
        if (got <= 0) break;  // unreadable from here on, or shorter than it was
        content(extent.offset + done, buffer_.data(), static_cast<std::size_t>(got));
        done += static_cast<std::uint64_t>(got);
        job_.progress(counts_.bytes + extent.offset + done);
    }
    zeros(extent.offset + done, extent.length - done);
    return done == extent.length;
}

/// Of a long file: what the kernel reads ahead by itself is less than a disk can be asked for at once.
void Packer::ask_on(int file, std::uint64_t offset) {
    constexpr std::uint64_t stretch = LookAhead::most_of_file;
    if (offset + stretch / 2 < asked_until_) return;
    const std::uint64_t from = std::max(offset, asked_until_);
    bring_in(file, from, stretch);
    asked_until_ = from + stretch;
}

void Packer::content(std::uint64_t offset, const char* bytes, std::size_t size) {
    digest_.add(offset, {bytes, size});
    tar_.data(bytes, size);
}

void Packer::zeros(std::uint64_t offset, std::uint64_t size) {
    static const std::string nothing(std::size_t{1} << 20, '\0');
    while (size > 0) {
        const std::size_t part = std::min<std::uint64_t>(nothing.size(), size);
        content(offset, nothing.data(), part);
        offset += part;
        size -= part;
    }
}

}  // namespace jailctl::tree
