#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl {

void sync_file_system(int fd, const std::string& what) {
    if (::syncfs(fd) == 0) return;
    if (errno != EBADF) throw_errno("cannot write " + what + " to disk");
    // An O_PATH descriptor, as a Rootfs has: syncfs wants the directory opened for reading.
    const UniqueFd directory(::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::syncfs(directory.get()) != 0) throw_errno("cannot write " + what + " to disk");
}

}  // namespace jailctl
