#include "attributes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "acl.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr int attempts = 8;                       // attributes of a running jail may grow between two calls
constexpr std::uint32_t kept = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL |
                               FS_NODUMP_FL | FS_NOATIME_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_DIRSYNC_FL |
                               FS_TOPDIR_FL | FS_NOCOW_FL | FS_PROJINHERIT_FL;

/// Calls `read(buffer, size)` until the buffer is large enough. @return false: no such attribute
template <class Read>
bool read_growing(std::string& out, Read read) {
    out.resize(1024);
    for (int i = 0; i < attempts; ++i) {
        ssize_t got = read(out.data(), out.size());
        if (got >= 0) {
            out.resize(static_cast<std::size_t>(got));
            return true;
        }
        if (errno == ENODATA || errno == ENOTSUP) return false;
        if (errno != ERANGE) throw_errno("cannot read extended attributes");
        if (got = read(nullptr, 0); got < 0) throw_errno("cannot read extended attributes");
        out.resize(static_cast<std::size_t>(got) + 256);
    }
    throw Error(Errc::busy, "extended attributes change while they are read");
}

template <class List, class Get>
std::vector<Xattr> collect(List list, Get get) {
    std::vector<Xattr> found;
    std::string names;
    if (!read_growing(names, list)) return found;
    for (std::size_t at = 0; at < names.size();) {
        Xattr attribute;
        attribute.name = names.c_str() + at;
        at += attribute.name.size() + 1;
        const char* name = attribute.name.c_str();
        if (read_growing(attribute.value, [&](char* buffer, std::size_t size) { return get(name, buffer, size); }))
            found.push_back(std::move(attribute));
    }
    std::sort(found.begin(), found.end(), [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
    return found;
}

void enter(int directory) {
    if (::fchdir(directory) != 0) throw_errno("cannot enter a directory");
}

}  // namespace

std::vector<Xattr> xattrs_of(int fd) {
    return collect(
        [&](char* buffer, std::size_t size) { return ::flistxattr(fd, buffer, size); },
        [&](const char* name, char* buffer, std::size_t size) { return ::fgetxattr(fd, name, buffer, size); });
}

std::vector<Xattr> xattrs_at(int directory, const char* name) {
    enter(directory);
    return collect(
        [&](char* buffer, std::size_t size) { return ::llistxattr(name, buffer, size); },
        [&](const char* key, char* buffer, std::size_t size) { return ::lgetxattr(name, key, buffer, size); });
}

void set_xattr(int fd, const Xattr& attribute) {
    if (::fsetxattr(fd, attribute.name.c_str(), attribute.value.data(), attribute.value.size(), 0) != 0)
        throw_errno("cannot set attribute " + attribute.name);
}

void set_xattr_at(int directory, const char* name, const Xattr& attribute) {
    enter(directory);
    if (::lsetxattr(name, attribute.name.c_str(), attribute.value.data(), attribute.value.size(), 0) != 0)
        throw_errno("cannot set attribute " + attribute.name);
}

bool is_harmless(std::string_view attribute) noexcept {
    return attribute.starts_with("user.") || attribute == "security.capability" || is_acl(attribute);
}

void remove_xattr(int fd, const std::string& name) {
    if (::fremovexattr(fd, name.c_str()) != 0 && errno != ENODATA && errno != ENOTSUP)
        throw_errno("cannot remove attribute " + name);
}

void set_times_at(int directory, const char* name, const Timestamp& accessed, const Timestamp& modified) {
    const timespec times[] = {{accessed.seconds, static_cast<long>(accessed.nanoseconds)},
                              {modified.seconds, static_cast<long>(modified.nanoseconds)}};
    const int result =
        *name == '\0' ? ::futimens(directory, times) : ::utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW);
    if (result != 0) throw_errno("cannot set the times of a file");
}

void set_owner_at(int directory, const char* name, uid_t uid, gid_t gid) {
    if (::fchownat(directory, name, uid, gid, AT_SYMLINK_NOFOLLOW | (*name == '\0' ? AT_EMPTY_PATH : 0)) != 0)
        throw_errno("cannot set the owner of a file");
}

/// The kernel lets nobody write to such a thing, not even root of the namespace, and says so
/// before it looks at the mount.
bool has_foreign_owner(int directory, const char* name) noexcept {
    return ::faccessat(directory, name, W_OK, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EACCESS) != 0 && errno == EACCES;
}

std::uint32_t flags_kept() noexcept { return kept; }
std::uint32_t flags_that_lock() noexcept { return FS_IMMUTABLE_FL | FS_APPEND_FL; }

std::uint32_t flags_of(int fd) noexcept {
    int flags = 0;
    if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) return 0;
    return static_cast<std::uint32_t>(flags) & kept;
}

void set_flags(int fd, std::uint32_t flags) {
    int current = 0;
    if (::ioctl(fd, FS_IOC_GETFLAGS, &current) != 0) {
        if (flags == 0) return;
        throw_errno("cannot set file flags");
    }
    const auto wanted = static_cast<int>((static_cast<std::uint32_t>(current) & ~kept) | (flags & kept));
    if (wanted != current && ::ioctl(fd, FS_IOC_SETFLAGS, &wanted) != 0) throw_errno("cannot set file flags");
}

}  // namespace jailctl::tree
