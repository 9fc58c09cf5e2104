#include "jailctl/sdk/rootfs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"
#include "resolve.hpp"

namespace jailctl {

namespace {

/// One fixed temporary name: what a killed writer left is removed by the next. The jail's lock keeps writers apart; a
/// jail that puts something there itself loses only that.
constexpr const char* temporary = ".jailctl-new";

/// Removes the temporary name however its maker is left; after the rename there is nothing to remove.
class TemporaryName {
public:
    explicit TemporaryName(int parent) : parent_(parent) {}
    ~TemporaryName() { ::unlinkat(parent_, temporary, 0); }
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;

private:
    int parent_;
};

UniqueFd make_temporary(int parent, const std::string& path) {
    for (int attempt = 0; attempt < 16; ++attempt) {
        ::unlinkat(parent, temporary, 0);
        UniqueFd file(::openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (file) return file;
        if (errno != EEXIST) break;
    }
    throw_errno("cannot write " + escape_name(path) + " in the root");
}

void rename_temporary(int parent, const std::string& name, const std::string& path) {
    if (::renameat(parent, temporary, parent, name.c_str()) != 0) {
        throw_errno("cannot put " + escape_name(path) + " into the root");
    }
}

bool absent(int error) noexcept { return error == ENOENT || error == ENOTDIR; }

/// A regular file, opened for reading; an empty descriptor if there is nothing of that name.
UniqueFd find_file(int root, const std::string& path, const std::string& shown) {
    (void)split_path(path);
    // O_PATH first: merely opening a device or FIFO that a jail put there can have effects.
    const UniqueFd found = resolve_in_root(root, path, O_PATH);
    if (!found) {
        if (absent(errno)) return UniqueFd{};
        throw_errno("cannot open " + shown);
    }
    struct stat status {};
    if (::fstat(found.get(), &status) != 0) throw_errno("cannot read " + shown);
    if (!S_ISREG(status.st_mode)) throw Error(Errc::invalid, shown + " is no regular file");
    const std::string handle = "/proc/self/fd/" + std::to_string(found.get());
    UniqueFd file(::open(handle.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) throw_errno("cannot open " + shown);
    return file;
}

std::string in_the_root(const std::string& path) { return escape_name(path) + " in the root"; }

std::string path_of(int fd) {
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).string();
}

}  // namespace

std::optional<std::string> Rootfs::read(const std::string& path, std::size_t cap) const {
    const std::string shown = in_the_root(path);
    const UniqueFd file = find_file(fd(), path, shown);
    if (!file) return std::nullopt;
    return read_all(file.get(), cap, shown);
}

UniqueFd Rootfs::open_file(const std::string& path) const {
    UniqueFd file = find_file(fd(), path, in_the_root(path));
    if (!file) throw Error(Errc::not_found, "there is no " + in_the_root(path));
    return file;
}

std::optional<std::string> Rootfs::resolve_directory(const std::string& path) const {
    if (path.empty()) return std::string{};
    (void)split_path(path);
    const UniqueFd found = resolve_in_root(fd(), path, O_PATH | O_DIRECTORY);
    if (!found && (absent(errno) || errno == ELOOP)) return std::nullopt;
    if (!found) throw_errno("cannot open " + in_the_root(path));
    const std::string top = path_of(fd()), there = path_of(found.get());
    if (there == top) return std::string{};
    if (!there.starts_with(top + "/")) throw Error(Errc::io, "cannot tell where " + in_the_root(path) + " leads");
    return there.substr(top.size() + 1);
}

UniqueFd Rootfs::open_directory(const std::string& path) const {
    if (!path.empty()) (void)split_path(path);
    UniqueFd found = resolve_strictly(fd(), path, O_RDONLY | O_DIRECTORY);
    if (found) return found;
    const auto cause = last_error();
    const bool other = cause.value() == ELOOP || cause.value() == ENOTDIR || cause.value() == EXDEV;
    throw Error(other ? Errc::invalid : code_of(cause), "cannot open the directory " + in_the_root(path), cause);
}

void Rootfs::replace(const std::string& path, std::string_view content, mode_t mode, uid_t uid, gid_t gid) const {
    const auto [parent_path, name] = split_path(path);
    const UniqueFd parent = open_or_make_directory(fd(), parent_path);
    UniqueFd file = make_temporary(parent.get(), path);
    const TemporaryName guard(parent.get());
    // Owner before mode: a change of owner clears set-id bits.
    if (::fchown(file.get(), uid, gid) != 0 || ::fchmod(file.get(), mode) != 0) {
        throw_errno("cannot set owner and mode of " + escape_name(path) + " in the root");
    }
    write_all(file.get(), content, escape_name(path));
    sync_fd(file.get(), escape_name(path));
    rename_temporary(parent.get(), name, path);
}

void Rootfs::remove_temporary(const std::string& path) const {
    const UniqueFd parent = resolve_strictly(fd(), split_path(path).parent, O_PATH | O_DIRECTORY);
    // A jail that put a link into the way has moved or lost what was there.
    if (!parent && (absent(errno) || errno == ELOOP || errno == EXDEV)) return;
    if (!parent) throw_errno("cannot open the way to " + escape_name(path) + " in the root");
    if (::unlinkat(parent.get(), temporary, 0) == 0 || errno == ENOENT || errno == EISDIR) return;
    const int refusal = errno;  // a file system that is read-only refuses before it looks whether there is anything
    struct stat status {};
    if (::fstatat(parent.get(), temporary, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT) {
        errno = refusal;
        throw_errno("cannot remove what is left of " + escape_name(path) + " in the root");
    }
}

void Rootfs::make_directory(const std::string& path, mode_t mode) const {
    const auto [parent_path, name] = split_path(path);
    const UniqueFd parent = open_or_make_directory(fd(), parent_path);
    const bool made = ::mkdirat(parent.get(), name.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) throw_errno("cannot make " + escape_name(path) + " in the root");
    const UniqueFd directory = resolve_strictly(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!directory) throw Error(Errc::invalid, escape_name(path) + " in the root is no directory");
    if (made && (::fchown(directory.get(), 0, 0) != 0 || ::fchmod(directory.get(), mode) != 0)) {
        throw_errno("cannot set owner and mode of " + escape_name(path) + " in the root");
    }
}

void Rootfs::open_to_jail_users() const {
    if (::fchmod(open_directory("").get(), 0755) != 0) throw_errno("cannot set the mode of the root");
}

void Rootfs::remove(const std::string& path) const {
    const auto [parent_path, name] = split_path(path);
    const UniqueFd parent = resolve_strictly(fd(), parent_path, O_PATH | O_DIRECTORY);
    if (!parent && absent(errno)) return;
    if (!parent) throw_errno("cannot open the way to " + escape_name(path) + " in the root");
    if (::unlinkat(parent.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
        throw_errno("cannot remove " + escape_name(path) + " in the root");
    }
}

bool Rootfs::is_directory(const std::string& path) const {
    (void)split_path(path);
    return static_cast<bool>(resolve_strictly(fd(), path, O_PATH | O_DIRECTORY));
}

bool Rootfs::exists(const std::string& path) const {
    const auto [parent_path, name] = split_path(path);
    const UniqueFd parent = resolve_strictly(fd(), parent_path, O_PATH | O_DIRECTORY);
    struct stat status {};
    return parent && ::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool Rootfs::locked() const {
    struct statx found {};
    if (::statx(fd(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &found) != 0) throw_errno("cannot look at the root");
    return (found.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
}

bool Rootfs::empty() const { return is_empty_directory(fd()); }

bool Rootfs::empty(const std::string& path) const {
    (void)split_path(path);
    const UniqueFd found = resolve_in_root(fd(), path, O_PATH | O_DIRECTORY);
    if (!found && (absent(errno) || errno == ELOOP)) return true;
    if (!found) throw_errno("cannot open " + in_the_root(path));
    return is_empty_directory(found.get());
}

bool is_empty_directory(int root) {
    UniqueFd copy = resolve_strictly(root, "", O_RDONLY | O_DIRECTORY);
    if (!copy) throw_errno("cannot list the root");
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(copy.get()), ::closedir);
    if (!directory) throw_errno("cannot list the root");
    (void)copy.release();  // closedir owns it now
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && name != "lost+found") return false;
    }
    return true;
}

}  // namespace jailctl
