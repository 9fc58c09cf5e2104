#include "../copy/nameless.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

UniqueFd open_nameless(int directory) {
    UniqueFd file{::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (!file && errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) throw_errno("cannot make a file");
    return file;
}

bool name_it(int file, int directory, const char* name) {
    const std::string self = "/proc/self/fd/" + std::to_string(file);
    return ::linkat(AT_FDCWD, self.c_str(), directory, name, AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace jailctl::lifecycle
