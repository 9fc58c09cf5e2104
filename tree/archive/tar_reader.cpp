#include "archive/tar_reader.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <libdeflate.h>

#include "acl.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

[[noreturn]] void damaged(const std::string& what) { throw Error(Errc::damaged, "the archive is damaged: " + what); }

Kind kind_of(archive_entry* entry) {
    switch (archive_entry_filetype(entry)) {
        case AE_IFREG: return Kind::regular;
        case AE_IFDIR: return Kind::directory;
        case AE_IFLNK: return Kind::symlink;
        case AE_IFIFO: return Kind::fifo;
        case AE_IFCHR: return Kind::character;
        case AE_IFBLK: return Kind::block;
        case AE_IFSOCK: return Kind::socket;
        default: return Kind::unknown;
    }
}

/// "a%20b" as libarchive writes "a b" for other readers.
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digits = text.substr(std::min(i + 1, text.size()), 2);
        const bool coded = text[i] == '%' && digits.size() == 2 &&
                           digits.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
        out += coded ? static_cast<char>(std::stoi(std::string(digits), nullptr, 16)) : text[i];
        if (coded) i += 2;
    }
    return out;
}

/// libarchive gives an attribute once for each of the two records that carry it, one of them with its name %-encoded.
void drop_twins(std::vector<Xattr>& attributes) {
    const auto less = [](const Xattr& a, const Xattr& b) { return a.name < b.name; };
    std::sort(attributes.begin(), attributes.end(), less);
    const auto same = [](const Xattr& a, const Xattr& b) { return a.name == b.name; };
    attributes.erase(std::unique(attributes.begin(), attributes.end(), same), attributes.end());
    const std::vector<Xattr> all = attributes;
    std::erase_if(attributes, [&](const Xattr& one) {
        const std::string name = percent_decoded(one.name);
        return name != one.name && std::binary_search(all.begin(), all.end(), Xattr{name, {}}, less);
    });
}

/// The reverse of tar_time(): a decimal number before 1970 counts its fraction downwards.
Timestamp from_tar_time(const Timestamp& time) {
    if (time.seconds >= 0 || time.nanoseconds == 0) return time;
    return {time.seconds - 1, 1'000'000'000 - time.nanoseconds};
}

std::vector<Xattr> attributes_of(archive_entry* entry, bool coded_names) {
    std::vector<Xattr> attributes;
    archive_entry_xattr_reset(entry);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
        attributes.push_back(
            {coded_names ? percent_decoded(name) : name, std::string(static_cast<const char*>(value), size)});
    if (!coded_names) drop_twins(attributes);
    for (Xattr& acl : acls_of(entry)) {
        std::erase_if(attributes, [&](const Xattr& one) { return one.name == acl.name; });
        attributes.push_back(std::move(acl));
    }
    return attributes;
}

/// What libarchive calls it, but where the stream itself has another name (archive/raw_names.hpp).
void give_names(Member& member, archive_entry* entry, Sighting& seen) {
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr || *path == '\0') damaged("a member has no name");
    member.path = seen.names.path.empty() ? path : std::move(seen.names.path);
    const char* other_name = archive_entry_hardlink(entry);
    const char* text = other_name != nullptr ? other_name : archive_entry_symlink(entry);
    member.hard_link = seen.hard_link || other_name != nullptr;
    if (!seen.names.target.empty()) member.target = std::move(seen.names.target);
    else if (text != nullptr) member.target = text;
}

}  // namespace

void TarReader::Free::operator()(archive* handle) const noexcept { archive_read_free(handle); }

TarReader::TarReader(ByteSource& stream, bool coded_names, std::uint64_t begins, bool digests)
    : stream_(stream), coded_names_(coded_names), begins_(begins), digests_(digests), archive_(archive_read_new()) {
    archive* handle = archive_.get();
    if (handle == nullptr) throw std::bad_alloc();
    if (archive_read_support_format_tar(handle) != ARCHIVE_OK) fail();
    // It reads already: what is wrong with those bytes next() says, when somebody can ask the guard about it.
    if (archive_read_open(handle, this, nullptr, &TarReader::on_read, nullptr) != ARCHIVE_OK && !failure_) fail();
}

TarReader::~TarReader() = default;

std::string_view TarReader::pull() {
    const std::string_view piece = stream_.next();
    if (digests_) hash_.update(piece);
    if (!piece.empty()) crc32_ = libdeflate_crc32(crc32_, piece.data(), piece.size());
    guard_.feed(piece);
    return piece;
}

ssize_t TarReader::on_read(archive* handle, void* self, const void** bytes) {
    auto& reader = *static_cast<TarReader*>(self);
    try {
        const std::string_view piece = reader.pull();
        *bytes = piece.data();
        return static_cast<ssize_t>(piece.size());
    } catch (...) {
        reader.failure_ = std::current_exception();
        archive_set_error(handle, EIO, "the archive cannot be read");
        return -1;
    }
}

std::uint64_t TarReader::offset() const {
    return begins_ + static_cast<std::uint64_t>(archive_read_header_position(archive_.get()));
}

void TarReader::fail() {
    if (failure_) std::rethrow_exception(failure_);
    if (archive_errno(archive_.get()) == ENOMEM) throw std::bad_alloc();
    const char* reason = archive_error_string(archive_.get());
    damaged(reason == nullptr ? "libarchive gives no reason" : escape_name(reason));
}

std::optional<Member> TarReader::next() {
    archive_entry* entry = nullptr;
    if (failure_) fail();
    archive_clear_error(archive_.get());
    const int result = archive_read_next_header(archive_.get(), &entry);
    if (failure_) fail();
    if (result == ARCHIVE_EOF) return std::nullopt;
    if (result == ARCHIVE_WARN) {
        const char* reason = archive_error_string(archive_.get());
        if (reason == nullptr || std::string_view(reason).find("can't be converted") == std::string_view::npos) fail();
    } else if (result != ARCHIVE_OK) {
        fail();
    }
    return convert(entry);
}

Member TarReader::convert(archive_entry* entry) {
    Member member;
    Sighting seen = guard_.take_member(offset() - begins_);
    give_names(member, entry, seen);
    member.kind = seen.unknown ? Kind::unknown : kind_of(entry);
    member.mode = archive_entry_perm(entry) & 07777U;
    member.uid = archive_entry_uid(entry);
    member.gid = archive_entry_gid(entry);
    const la_int64_t size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    if (size < 0) damaged("a size is negative");
    member.size = size_ = member.kind == Kind::regular && !member.hard_link ? static_cast<std::uint64_t>(size) : 0;
    member.device_major = static_cast<std::uint32_t>(archive_entry_rdevmajor(entry));
    member.device_minor = static_cast<std::uint32_t>(archive_entry_rdevminor(entry));
    if (archive_entry_mtime_is_set(entry) != 0)
        member.modified =
            from_tar_time({archive_entry_mtime(entry), static_cast<std::uint32_t>(archive_entry_mtime_nsec(entry))});
    if (member.hard_link) return member;
    member.sparse = archive_entry_sparse_count(entry) > 0;
    member.xattrs = attributes_of(entry, coded_names_ || guard_.claimed());
    for (const Xattr& attribute : member.xattrs) member.mode = mode_with_mask(attribute, member.mode);
    unsigned long set = 0, clear = 0;
    archive_entry_fflags(entry, &set, &clear);
    member.flags = static_cast<std::uint32_t>(set) & flags_kept();
    return member;
}

void TarReader::content(const std::function<void(std::uint64_t, std::string_view)>& take) {
    std::uint64_t done = 0;
    for (;;) {
        const void* bytes = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int result = archive_read_data_block(archive_.get(), &bytes, &size, &offset);
        if (result == ARCHIVE_EOF) return;
        if (result != ARCHIVE_OK) fail();
        if (size == 0) continue;
        const auto begin = static_cast<std::uint64_t>(offset);
        if (offset < 0 || begin < done || begin > size_ || size > size_ - begin)
            damaged("the map of a sparse file is wrong");
        take(begin, {static_cast<const char*>(bytes), size});
        done = begin + size;
    }
}

void TarReader::finish() {
    while (!pull().empty()) {}
    guard_.finish();
    guard_.expect_no_more();
}

}  // namespace jailctl::tree
