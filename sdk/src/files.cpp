#include "jailctl/sdk/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

#include "jailctl/sdk/error.hpp"

namespace jailctl {

std::string read_all(int fd, std::size_t cap, const std::string& what) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw_errno("cannot read " + what);
    if (!S_ISREG(status.st_mode)) throw Error(Errc::invalid, what + " is no regular file");
    const std::string too_large = what + " is larger than " + std::to_string(cap) + " bytes";
    if (status.st_size > 0 && static_cast<std::uint64_t>(status.st_size) > cap) throw Error(Errc::invalid, too_large);
    std::string content;
    // One byte more than expected: the end of the file is seen without another growth of the buffer.
    std::size_t room = static_cast<std::size_t>(status.st_size) + 1;
    while (true) {
        const std::size_t used = content.size();
        content.resize(used + room);
        const ssize_t count = ::read(fd, content.data() + used, room);
        content.resize(used + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (count < 0 && errno != EINTR) throw_errno("cannot read " + what);
        if (content.size() > cap) throw Error(Errc::invalid, too_large);
        if (count == 0) return content;
        room = 4096;
    }
}

void write_all(int fd, std::string_view bytes, const std::string& what) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) throw_errno("cannot write " + what);
        if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::optional<std::string> read_file_at(int directory, const std::string& name, std::size_t cap) {
    const UniqueFd file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT) return std::nullopt;
        throw_errno("cannot open " + name);
    }
    return read_all(file.get(), cap, name);
}

std::vector<std::string> list_directory(int directory, const std::string& what) {
    UniqueFd readable(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(readable ? ::fdopendir(readable.get()) : nullptr, ::closedir);
    if (!stream) throw_errno("cannot list " + what);
    (void)readable.release();  // closedir owns it now
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void sync_fd(int fd, const std::string& what) {
    if (::fsync(fd) != 0) throw_errno("cannot write " + what + " to disk");
}

std::uint64_t free_bytes(int fd, const std::string& what) {
    struct statvfs status {};
    if (::fstatvfs(fd, &status) != 0) throw_errno("cannot tell the free space at " + what);
    return static_cast<std::uint64_t>(status.f_bfree) * status.f_frsize;
}

std::int64_t unix_now() noexcept {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace jailctl
