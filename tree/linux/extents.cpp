#include "../extents.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace jailctl::tree {

void each_extent(int fd, std::uint64_t size, const std::function<void(const Extent&)>& see) {
    for (std::uint64_t at = 0; at < size;) {
        const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO) return;
        const off_t hole = data < 0 ? -1 : ::lseek(fd, data, SEEK_HOLE);
        if (data < 0 || hole < 0) return see({at, size - at});  // no such notion here: all of it is data
        const auto begin = static_cast<std::uint64_t>(data);
        if (begin >= size) return;
        at = std::min(static_cast<std::uint64_t>(hole), size);
        see({begin, at - begin});
    }
}

}  // namespace jailctl::tree
