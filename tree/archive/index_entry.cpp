#include "archive/index_entry.hpp"

#include <algorithm>

#include "archive/member_name.hpp"
#include "protocol.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

const char* kind_name(const IndexEntry& entry) {
    if (entry.hard_link) return "hardlink";
    switch (entry.kind) {
        case Kind::regular: return "file";
        case Kind::directory: return "dir";
        case Kind::symlink: return "link";
        case Kind::fifo: return "fifo";
        case Kind::character: return "char";
        case Kind::block: return "block";
        case Kind::socket: return "socket";
        default: return "unknown";
    }
}

std::string eight_bytes(std::uint64_t number) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
    return bytes;
}

}  // namespace

bool has_content(const IndexEntry& entry) noexcept { return entry.kind == Kind::regular && !entry.hard_link; }

IndexEntry entry_of(const Member& member, std::uint64_t offset) {
    IndexEntry entry;
    entry.path = joined(member_components(member.path));
    entry.kind = member.kind;
    entry.hard_link = member.hard_link;
    if (member.hard_link)
        entry.target = joined(target_components(member.target));
    else if (member.kind == Kind::symlink)
        entry.target = member.target;
    entry.mode = member.mode;
    entry.uid = static_cast<std::uint64_t>(member.uid);
    entry.gid = static_cast<std::uint64_t>(member.gid);
    if (has_content(entry)) entry.size = member.size;
    if (is_device(entry.kind) && !entry.hard_link) {
        entry.device_major = member.device_major;
        entry.device_minor = member.device_minor;
    }
    // What tar_time() cannot say is not in the tar.
    entry.modified = member.modified.seconds == -1 ? Timestamp{-1, 0} : member.modified;
    entry.offset = offset;
    // A tar tells a hard link's kind no reader: all are of the type "link".
    if (entry.hard_link) entry.kind = Kind::regular;
    return entry;
}

std::string difference(const IndexEntry& a, const IndexEntry& b) {
    if (a.path != b.path) return "name";
    if (a.offset != b.offset) return "place";
    if (a.kind != b.kind || a.hard_link != b.hard_link) return "kind";
    if (a.target != b.target) return "target";
    if (a.mode != b.mode) return "mode";
    if (a.uid != b.uid || a.gid != b.gid) return "owner";
    if (a.size != b.size) return "size";
    if (a.device_major != b.device_major || a.device_minor != b.device_minor) return "device number";
    if (a.modified != b.modified) return "time";
    return a.sha256 == b.sha256 ? "" : "digest";
}

Value to_value(const IndexEntry& entry) {
    Value value = Value::object()
                      .set("path", entry.path.empty() ? "." : encode_path(entry.path))
                      .set("type", kind_name(entry))
                      .set("mode", entry.mode)
                      .set("uid", entry.uid)
                      .set("gid", entry.gid)
                      .set("size", entry.size)
                      .set("modified", entry.modified.seconds)
                      .set("nanoseconds", entry.modified.nanoseconds);
    if (!entry.target.empty()) value.set("target", encode_path(entry.target));
    if (is_device(entry.kind))
        value.set("major", entry.device_major).set("minor", entry.device_minor);
    if (!entry.sha256.empty()) value.set(entry.sparse ? "sparse_sha256" : "sha256", hex(entry.sha256));
    return value;
}

void ContentDigest::zeros_up_to(std::uint64_t offset) {
    static const std::string nothing(std::size_t{1} << 18, '\0');
    if (holes_ != nullptr && offset > at_) {
        if (offset - at_ > *holes_)
            throw Error(Errc::unsupported, "the archive has holes of more than " + human_bytes(most_holes) +
                                               ", and this host has no record of making it")
                .with_hint("restore does not count them; extract takes --trust if you vouch for the archive");
        *holes_ -= offset - at_;
    }
    while (at_ < offset) {
        const std::size_t part = std::min<std::uint64_t>(nothing.size(), offset - at_);
        hash_.update(nothing.data(), part);
        at_ += part;
    }
}

void ContentDigest::end_stretch() {
    if (at_ > begin_) map_.update(eight_bytes(begin_) + eight_bytes(at_ - begin_));
}

void ContentDigest::add(std::uint64_t offset, std::string_view bytes) {
    if (form_ == DigestForm::plain) {
        zeros_up_to(offset);
    } else if (offset != at_) {
        end_stretch();
        begin_ = at_ = offset;
    }
    hash_.update(bytes);
    at_ += bytes.size();
}

std::string ContentDigest::finish(std::uint64_t size) {
    if (form_ == DigestForm::plain) {
        zeros_up_to(size);
        return hash_.finish_raw();
    }
    end_stretch();
    Sha256 whole;
    whole.update("jailctl sparse 1\n" + eight_bytes(size) + map_.finish_raw() + hash_.finish_raw());
    return whole.finish_raw();
}

}  // namespace jailctl::tree
