#include "file.hpp"

#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t buffer_size = 32768;
constexpr unsigned wanted = STATX_BASIC_STATS | STATX_MNT_ID;

Kind kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG: return Kind::regular;
        case S_IFDIR: return Kind::directory;
        case S_IFLNK: return Kind::symlink;
        case S_IFIFO: return Kind::fifo;
        case S_IFSOCK: return Kind::socket;
        case S_IFCHR: return Kind::character;
        case S_IFBLK: return Kind::block;
        default: return Kind::unknown;
    }
}

Timestamp time_of(const struct statx_timestamp& time) { return {time.tv_sec, time.tv_nsec}; }

Facts convert(const struct statx& found) {
    Facts facts;
    facts.identity = {gnu_dev_makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino, found.stx_mnt_id};
    facts.kind = kind_of(found.stx_mode);
    facts.mode = found.stx_mode & 07777U;
    facts.uid = found.stx_uid;
    facts.gid = found.stx_gid;
    facts.size = found.stx_size;
    facts.allocated = found.stx_blocks * 512;
    facts.links = found.stx_nlink;
    facts.device_major = found.stx_rdev_major;
    facts.device_minor = found.stx_rdev_minor;
    facts.accessed = time_of(found.stx_atime);
    facts.modified = time_of(found.stx_mtime);
    facts.changed = time_of(found.stx_ctime);
    return facts;
}

/// O_NOATIME is refused for files of others without the capability: the access time is not worth an error.
UniqueFd open_quietly(int directory, const char* name, int flags) noexcept {
    UniqueFd fd{::openat(directory, name, flags | O_NOATIME)};
    if (!fd && errno == EPERM) fd.reset(::openat(directory, name, flags));
    return fd;
}

}  // namespace

std::optional<Facts> facts_at(int directory, const char* name) {
    struct statx found{};
    if (::statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, wanted, &found) == 0) return convert(found);
    if (errno == ENOENT) return std::nullopt;
    throw_errno("cannot look at " + escape_name(name));
}

Facts facts_of(int fd) {
    struct statx found{};
    if (::statx(fd, "", AT_EMPTY_PATH, wanted, &found) != 0) throw_errno("cannot look at what was opened");
    return convert(found);
}

UniqueFd open_directory(int directory, const char* name) noexcept {
    return open_quietly(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

UniqueFd open_file(int directory, const char* name) noexcept {
    return open_quietly(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

std::optional<std::string> read_link(int directory, const char* name) {
    std::string target(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(directory, name, target.data(), target.size());
    if (length < 0) return std::nullopt;
    target.resize(static_cast<std::size_t>(length));
    return target;
}

bool make_node(int directory, const char* name, Kind kind, mode_t mode, std::uint32_t major, std::uint32_t minor) {
    const mode_t type = kind == Kind::socket  ? S_IFSOCK
                        : kind == Kind::fifo  ? S_IFIFO
                        : kind == Kind::block ? S_IFBLK
                                              : S_IFCHR;
    return ::mknodat(directory, name, type | mode, gnu_dev_makedev(major, minor)) == 0;
}

std::optional<std::size_t> read_cached(int file, std::string& bytes) noexcept {
    const iovec place{bytes.data(), bytes.size()};
    const ssize_t got = ::preadv2(file, &place, 1, 0, RWF_NOWAIT);
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    return got < 0 ? 0 : static_cast<std::size_t>(got);
}

bool is_cached(int file) noexcept {
    std::string byte(1, '\0');
    return read_cached(file, byte).has_value();
}

void bring_in(int file, std::uint64_t offset, std::uint64_t length) noexcept {
    (void)::posix_fadvise(file, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
}

void drop_cached(int file) noexcept { drop_cached(file, 0, 0); }

void drop_cached(int file, std::uint64_t offset, std::uint64_t length) noexcept {
    (void)::posix_fadvise(file, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_DONTNEED);
}

void begin_write_out(int file) noexcept { (void)::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE); }

void write_out(int file, std::uint64_t offset, std::uint64_t length) {
    constexpr unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    if (::sync_file_range(file, static_cast<off64_t>(offset), static_cast<off64_t>(length), all) == 0) return;
    // A file system that cannot sync a stretch syncs the whole.
    if (errno != EIO && errno != ENOSPC && errno != EDQUOT && ::fdatasync(file) == 0) return;
    throw_errno("cannot write to the disk");
}

DirectoryStream::DirectoryStream(UniqueFd directory) : directory_(std::move(directory)), buffer_(buffer_size, '\0') {}

const char* DirectoryStream::next() {
    for (;;) {
        if (used_ == filled_) {
            const ssize_t got = ::getdents64(directory_.get(), buffer_.data(), buffer_.size());
            if (got < 0 && errno != ENOENT) throw_errno("cannot read a directory");  // ENOENT: removed meanwhile
            if (got <= 0) return nullptr;
            used_ = 0;
            filled_ = static_cast<std::size_t>(got);
        }
        const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + used_);
        used_ += entry->d_reclen;
        position_ = entry->d_off;
        regular_ = entry->d_type == DT_REG;
        inode_ = entry->d_ino;
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) return entry->d_name;
    }
}

void DirectoryStream::seek(std::int64_t position) {
    if (::lseek(directory_.get(), position, SEEK_SET) < 0) throw_errno("cannot read a directory");
    position_ = position;
    used_ = filled_ = 0;
}

}  // namespace jailctl::tree
