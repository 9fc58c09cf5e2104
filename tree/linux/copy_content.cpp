#include "../copy_content.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <linux/fs.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "../extents.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {

namespace {

void write_at(int out, const char* data, std::size_t size, off_t offset) {
    while (size > 0) {
        const ssize_t written = ::pwrite(out, data, size, offset);
        if (written < 0) throw_errno("cannot write a copy");
        data += written;
        size -= static_cast<std::size_t>(written);
        offset += written;
    }
}

/// @return where it ended: before `to` only if there was no more to read
off_t copy_by_hand(int in, int out, off_t from, off_t to) {
    std::vector<char> buffer(1 << 20);
    while (from < to) {
        const std::size_t wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(to - from));
        const ssize_t got = ::pread(in, buffer.data(), wanted, from);
        if (got < 0) throw_errno("cannot read a file to copy");
        if (got == 0) break;
        write_at(out, buffer.data(), static_cast<std::size_t>(got), from);
        from += got;
    }
    return from;
}

/// In the kernel where it can: file systems of network and overlay refuse, and some say 0 for what they cannot.
off_t copy_extent(int in, int out, off_t from, off_t to) {
    off_t source = from, target = from;
    while (source < to) {
        const ssize_t copied = ::copy_file_range(in, &source, out, &target, static_cast<std::size_t>(to - source), 0);
        if (copied > 0) continue;
        if (copied < 0 && (errno == ENOSPC || errno == EDQUOT)) throw_errno("cannot write a copy");
        return copy_by_hand(in, out, source, to);
    }
    return source;
}

std::uint64_t size_of(int file) {
    struct stat facts {};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at a file to copy");
    return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace

std::uint64_t copy_content(int in, int out, std::uint64_t size) {
    if (size == 0) return static_cast<std::uint64_t>(copy_by_hand(in, out, 0, std::numeric_limits<off_t>::max()));
    if (::ioctl(out, FICLONE, in) == 0) return size;
    if (::ftruncate(out, static_cast<off_t>(size)) != 0) throw_errno("cannot size a copy");
    std::optional<off_t> end;
    each_extent(in, size, [&](const Extent& extent) {
        const auto to = static_cast<off_t>(extent.end());
        const off_t reached = copy_extent(in, out, static_cast<off_t>(extent.offset), to);
        if (reached < to && !end) end = reached;
    });
    // Of one that shrank the rest stays a hole of the size it had. One that still says that size never had it.
    if (!end || size_of(in) != size) return size;
    if (::ftruncate(out, *end) != 0) throw_errno("cannot size a copy");
    return static_cast<std::uint64_t>(*end);
}

}  // namespace jailctl::tree
