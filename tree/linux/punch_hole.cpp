#include <fcntl.h>
#include <linux/falloc.h>

#include "punch_hole.hpp"

namespace jailctl::tree {

bool punch_hole(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                       static_cast<off_t>(length)) == 0;
}

}  // namespace jailctl::tree
