#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl {

UniqueFd unnamed_file(int directory, const std::string& fallback) {
    UniqueFd file{::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (file || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        if (!file) throw_errno("cannot make a temporary file");
        return file;
    }
    ::unlinkat(directory, fallback.c_str(), 0);
    file.reset(::openat(directory, fallback.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) throw_errno("cannot make " + fallback);
    if (::unlinkat(directory, fallback.c_str(), 0) != 0) throw_errno("cannot remove " + fallback);
    return file;
}

}  // namespace jailctl
