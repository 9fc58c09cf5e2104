#include <cerrno>
#include <unistd.h>

#include "actions.hpp"
#include "file.hpp"
#include "hash.hpp"

namespace jailctl::tree::actions {

Value digest(Job& job) {
    const int file = job.descriptor("archive");
    // Advice, no promise: a file system that keeps its pages gives them back as it has them.
    if (job.arguments()["from_disk"].truth()) drop_cached(file);
    Sha256 hash;
    std::string buffer(1 << 18, '\0');
    std::uint64_t bytes = 0;
    for (;;) {
        const ssize_t got = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(bytes));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the archive");
        if (got == 0) break;
        hash.update(buffer.data(), static_cast<std::size_t>(got));
        bytes += static_cast<std::uint64_t>(got);
        job.progress(bytes);
    }
    return Value::object().set("sha256", hash.finish()).set("bytes", bytes);
}

}  // namespace jailctl::tree::actions
