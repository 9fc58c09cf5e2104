#include "replace_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl {

namespace {

bool is_still(int directory, const std::string& name, int fd) {
    struct stat here {}, there {};
    return ::fstat(fd, &here) == 0 && ::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(here.st_mode) && here.st_nlink == 1 && here.st_uid == ::geteuid() && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/// A temporary file of a fixed name, ours alone while its flock is held: what a killed writer left is taken over by the
/// next one instead of lying there for ever.
UniqueFd open_temporary(int directory, const std::string& name) {
    for (int attempt = 0; attempt < 128; ++attempt) {
        UniqueFd file(::openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file && errno == EEXIST) {
            file = UniqueFd(::openat(directory, name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
            if (!file && errno == ENOENT) continue;
            if (!file && errno == ELOOP) ::unlinkat(directory, name.c_str(), 0);
            if (!file) continue;
        }
        if (!file) throw_errno("cannot make " + name);
        while (::flock(file.get(), LOCK_EX) != 0) {
            if (errno != EINTR) throw_errno("cannot lock " + name);
        }
        if (is_still(directory, name, file.get())) {
            if (::ftruncate(file.get(), 0) != 0) throw_errno("cannot write " + name);
            return file;
        }
        // Renamed by its writer meanwhile, or nothing of ours (another type, owner or a second link): not to be used.
        struct stat left {};
        if (::fstat(file.get(), &left) == 0 &&
            (left.st_nlink > 1 || !S_ISREG(left.st_mode) || left.st_uid != ::geteuid())) {
            ::unlinkat(directory, name.c_str(), 0);
        }
    }
    throw Error(Errc::busy, "cannot make " + name + ": others keep replacing it");
}

}  // namespace

std::string temporary_of(const std::string& name) { return "." + name + ".new"; }

void replace_file(int directory, const std::string& name, std::string_view content, mode_t mode, bool sync) {
    const std::string temporary = temporary_of(name);
    const UniqueFd file = open_temporary(directory, temporary);
    try {
        if (::fchmod(file.get(), mode) != 0) throw_errno("cannot set the mode of " + name);
        write_all(file.get(), content, name);
        if (sync) sync_fd(file.get(), name);
        if (::renameat(directory, temporary.c_str(), directory, name.c_str()) != 0)
            throw_errno("cannot replace " + name);
    } catch (...) {
        ::unlinkat(directory, temporary.c_str(), 0);
        throw;
    }
    if (sync) sync_fd(directory, "the directory of " + name);
}

}  // namespace jailctl
