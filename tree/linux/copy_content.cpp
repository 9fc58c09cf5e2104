#include "../copy_content.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <sys/ioctl.h>
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

void copy_by_hand(int in, int out, off_t from, off_t to) {
    std::vector<char> buffer(1 << 20);
    while (from < to) {
        const std::size_t wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(to - from));
        const ssize_t got = ::pread(in, buffer.data(), wanted, from);
        if (got < 0) throw_errno("cannot read a file to copy");
        if (got == 0) return;  // it shrank: the rest stays a hole of the size it had
        write_at(out, buffer.data(), static_cast<std::size_t>(got), from);
        from += got;
    }
}

/// In the kernel where it can: file systems of network and overlay refuse, and some say 0 for what they cannot.
void copy_extent(int in, int out, off_t from, off_t to) {
    off_t source = from, target = from;
    while (source < to) {
        const ssize_t copied = ::copy_file_range(in, &source, out, &target, static_cast<std::size_t>(to - source), 0);
        if (copied > 0) continue;
        if (copied < 0 && (errno == ENOSPC || errno == EDQUOT)) throw_errno("cannot write a copy");
        return copy_by_hand(in, out, source, to);
    }
}

}  // namespace

void copy_content(int in, int out, std::uint64_t size) {
    if (size == 0 || ::ioctl(out, FICLONE, in) == 0) return;
    if (::ftruncate(out, static_cast<off_t>(size)) != 0) throw_errno("cannot size a copy");
    each_extent(in, size, [&](const Extent& extent) {
        copy_extent(in, out, static_cast<off_t>(extent.offset), static_cast<off_t>(extent.end()));
    });
}

}  // namespace jailctl::tree
