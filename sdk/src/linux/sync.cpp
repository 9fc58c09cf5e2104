#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl {

void sync_file_system(int fd, const std::string& what) {
    if (::syncfs(fd) != 0) throw_errno("cannot write " + what + " to disk");
}

}  // namespace jailctl
