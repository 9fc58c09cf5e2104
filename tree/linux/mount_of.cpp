#include <fcntl.h>
#include <sys/stat.h>

#include "../directory_stack.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {

std::uint64_t mount_of(int fd) {
    struct statx status{};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) throw_errno("cannot look up a mount");
    return status.stx_mnt_id;
}

}  // namespace jailctl::tree
