#include "rename.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jailctl::tree {
namespace {

/// By calls every file system has. Of a directory, and where there are no links (vfat below
/// FUSE), looking first has to do.
bool rename_by_hand(int from, const char* old_name, int to, const char* new_name) {
    if (::linkat(from, old_name, to, new_name, 0) == 0) return ::unlinkat(from, old_name, 0) == 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
    struct stat facts{};
    if (::fstatat(to, new_name, &facts, AT_SYMLINK_NOFOLLOW) == 0) errno = EEXIST;
    return errno == ENOENT && ::renameat(from, old_name, to, new_name) == 0;
}

}  // namespace

bool rename_new(int from, const char* old_name, int to, const char* new_name) {
    if (::renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) == 0) return true;
    return (errno == EINVAL || errno == ENOSYS) && rename_by_hand(from, old_name, to, new_name);
}

}  // namespace jailctl::tree
