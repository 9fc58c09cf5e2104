#include "../metadata.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

namespace {

// chattr(1) flags that mean something on a copy; the others describe the layout on this disk or need an empty file.
constexpr unsigned copied_flags = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL |
                                  FS_NODUMP_FL | FS_NOATIME_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_DIRSYNC_FL |
                                  FS_TOPDIR_FL | FS_NOCOW_FL;

/// One way to reach the attributes of something: by descriptor, or by name from the working directory.
struct ByDescriptor {
    int fd;
    ssize_t list(char* out, std::size_t size) const { return ::flistxattr(fd, out, size); }
    ssize_t get(const char* name, void* out, std::size_t size) const { return ::fgetxattr(fd, name, out, size); }
    int set(const char* name, const std::string& value) const {
        return ::fsetxattr(fd, name, value.data(), value.size(), 0);
    }
};
struct ByName {
    int directory;
    const std::string& name;
    // There is no call that takes a directory and a name before Linux 6.13, and /proc is out of reach here.
    [[nodiscard]] bool go() const { return ::fchdir(directory) == 0; }
    ssize_t list(char* out, std::size_t size) const { return go() ? ::llistxattr(name.c_str(), out, size) : -1; }
    ssize_t get(const char* key, void* out, std::size_t size) const {
        return go() ? ::lgetxattr(name.c_str(), key, out, size) : -1;
    }
    int set(const char* key, const std::string& value) const {
        return go() ? ::lsetxattr(name.c_str(), key, value.data(), value.size(), 0) : -1;
    }
};

template <class Source, class Target>
std::vector<std::string> copy_between(const Source& source, const Target& target) {
    std::array<char, 65536> names;  // XATTR_LIST_MAX
    const ssize_t size = source.list(names.data(), names.size());
    if (size < 0 && errno != ENOTSUP) return {"(list)"};
    std::vector<std::string> failed;
    std::string value;
    for (ssize_t at = 0; at < size;) {
        const char* name = names.data() + at;
        at += static_cast<ssize_t>(std::string_view(name).size()) + 1;
        value.resize(65536);  // XATTR_SIZE_MAX
        const ssize_t length = source.get(name, value.data(), value.size());
        if (length < 0 && errno == ENODATA) continue;
        value.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
        if (length < 0 || target.set(name, value) != 0) failed.emplace_back(name);
    }
    return failed;
}

bool clone_whole(int in, int out) { return ::ioctl(out, FICLONE, in) == 0; }

void write_at(int out, const char* data, std::size_t size, off_t offset) {
    while (size > 0) {
        const ssize_t written = ::pwrite(out, data, size, offset);
        if (written < 0) throw_errno("cannot write a copy");
        data += written;
        size -= static_cast<std::size_t>(written);
        offset += written;
    }
}

void copy_by_hand(int in, int out, off_t from, off_t to) {
    std::vector<char> buffer(1 << 20);
    while (from < to) {
        const std::size_t wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(to - from));
        const ssize_t got = ::pread(in, buffer.data(), wanted, from);
        if (got < 0) throw_errno("cannot read a file to copy");
        if (got == 0) return;  // it shrank: the rest stays a hole of the size it had
        write_at(out, buffer.data(), static_cast<std::size_t>(got), from);
        from += got;
    }
}

void copy_segment(int in, int out, off_t from, off_t to) {
    off_t source = from, target = from;
    while (source < to) {
        const ssize_t copied = ::copy_file_range(in, &source, out, &target, static_cast<std::size_t>(to - source), 0);
        if (copied > 0) continue;
        if (copied < 0 && (errno == ENOSPC || errno == EDQUOT)) throw_errno("cannot write a copy");
        return copy_by_hand(in, out, source, to);
    }
}

}  // namespace

void copy_content(int in, int out, std::uint64_t size) {
    if (size == 0 || clone_whole(in, out)) return;
    const auto end = static_cast<off_t>(size);
    if (::ftruncate(out, end) != 0) throw_errno("cannot size a copy");
    for (off_t at = 0; at < end;) {
        const off_t data = ::lseek(in, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) return;  // only a hole is left
        if (data < 0) return copy_by_hand(in, out, at, end);
        const off_t hole = ::lseek(in, data, SEEK_HOLE);
        const off_t stop = hole < 0 ? end : std::min(hole, end);
        if (data >= end) return;
        copy_segment(in, out, data, stop);
        at = stop;
    }
}

std::vector<std::string> copy_attributes(int in, int out) { return copy_between(ByDescriptor{in}, ByDescriptor{out}); }

std::vector<std::string> copy_entry_attributes(int from, const std::string& name, int to, const std::string& as) {
    return copy_between(ByName{from, name}, ByName{to, as});
}

bool copy_file_flags(int in, int out) {
    unsigned wanted = 0, current = 0;
    if (::ioctl(in, FS_IOC_GETFLAGS, &wanted) != 0 || (wanted & copied_flags) == 0) return true;
    if (::ioctl(out, FS_IOC_GETFLAGS, &current) != 0) return false;
    current = (current & ~copied_flags) | (wanted & copied_flags);
    return ::ioctl(out, FS_IOC_SETFLAGS, &current) == 0;
}

bool clear_protection(int fd) {
    unsigned flags = 0;
    if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0 || (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) == 0) return false;
    flags &= ~static_cast<unsigned>(FS_IMMUTABLE_FL | FS_APPEND_FL);
    return ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

bool clear_protection(int directory, const std::string& name) {
    struct stat status{};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    // Only these two can be opened without an effect of their own, and only these two carry the flags on ext4 and xfs.
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return false;
    const UniqueFd file{::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    return file && clear_protection(file.get());
}

void sync_file_system(int fd) {
    if (::syncfs(fd) != 0) throw_errno("cannot bring the tree to the disk");
}

}  // namespace jailctl::tree
