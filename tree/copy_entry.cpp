#include "copy_entry.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "metadata.hpp"

namespace jailctl::tree {

namespace {

constexpr mode_t mode_bits = 07777;

/// Times last of all: every other attribute touches ctime alone, but writing touches mtime.
void set_times(int directory, const std::string& name, const struct stat& status, const std::string& path) {
    const timespec times[2] = {status.st_atim, status.st_mtim};
    if (::utimensat(directory, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        throw_errno("cannot set the times of " + escape_name(path));
}

std::string last_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

EntryCopier::EntryCopier(int target_root, bool as_root, bool file_flags, Note note)
    : target_root_(target_root), as_root_(as_root), file_flags_(file_flags), note_(std::move(note)) {}

bool EntryCopier::copy(int from, const std::string& name, const struct stat& status, int to, const std::string& as,
                       const std::function<std::string()>& final_path) {
    if (S_ISSOCK(status.st_mode)) {
        ++sockets_;
        return false;
    }
    if (status.st_nlink > 1 && link_to_earlier(status, to, as)) {
        ++entries_;
        return true;
    }
    const std::string path = final_path();
    if (S_ISREG(status.st_mode)) {
        if (!copy_file(from, name, status, to, as, path)) return false;
    } else {
        copy_special(from, name, status, to, as, path);
    }
    if (status.st_nlink > 1) linked_.emplace(std::pair{status.st_dev, status.st_ino}, path);
    ++entries_;
    return true;
}

bool EntryCopier::link_to_earlier(const struct stat& status, int to, const std::string& as) {
    const auto earlier = linked_.find({status.st_dev, status.st_ino});
    if (earlier == linked_.end()) return false;
    const UniqueFd parent = open_below(target_root_, parent_of(earlier->second));
    if (parent && ::linkat(parent.get(), last_of(earlier->second).c_str(), to, as.c_str(), 0) == 0) return true;
    if (errno == EMLINK || errno == ENOENT || errno == EPERM) return false;  // then it becomes a file of its own
    throw_errno("cannot link " + escape_name(earlier->second));
}

bool EntryCopier::copy_file(int from, const std::string& name, const struct stat& status, int to, const std::string& as,
                            const std::string& path) {
    const UniqueFd in{::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    struct stat opened{};
    if (!in || ::fstat(in.get(), &opened) != 0 || opened.st_ino != status.st_ino || opened.st_dev != status.st_dev ||
        !S_ISREG(opened.st_mode)) {
        if (!in && errno != ENOENT && errno != ELOOP) throw_errno("cannot read " + escape_name(path));
        note_(path, "changed while it was read");
        return false;
    }
    UniqueFd out{::openat(to, as.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!out) throw_errno("cannot write " + escape_name(path));
    in_context(escape_name(path), [&] { copy_content(in.get(), out.get(), static_cast<std::uint64_t>(opened.st_size)); });
    bytes_ += static_cast<std::uint64_t>(opened.st_size);
    // chown takes setuid and file capabilities away, chmod rewrites the mask of an ACL: this order keeps all three.
    if (::fchown(out.get(), owner(status), group(status)) != 0) throw_errno("cannot give away " + escape_name(path));
    if (::fchmod(out.get(), opened.st_mode & mode_bits) != 0) throw_errno("cannot set the mode of " + escape_name(path));
    if (const auto failed = copy_attributes(in.get(), out.get()); !failed.empty())
        note_(path, "attributes not copied: " + joined(failed));
    const timespec times[2] = {opened.st_atim, opened.st_mtim};
    if (::futimens(out.get(), times) != 0) throw_errno("cannot set the times of " + escape_name(path));
    if (file_flags_ && !copy_file_flags(in.get(), out.get())) note_(path, "file flags not copied");
    return true;
}

void EntryCopier::copy_special(int from, const std::string& name, const struct stat& status, int to,
                               const std::string& as, const std::string& path) {
    if (S_ISLNK(status.st_mode)) {
        std::string target(PATH_MAX, '\0');
        const ssize_t length = ::readlinkat(from, name.c_str(), target.data(), target.size());
        if (length < 0) throw_errno("cannot read the link " + escape_name(path));
        target.resize(static_cast<std::size_t>(length));
        if (::symlinkat(target.c_str(), to, as.c_str()) != 0) throw_errno("cannot make the link " + escape_name(path));
    } else if (::mknodat(to, as.c_str(), (status.st_mode & S_IFMT) | 0600, status.st_rdev) != 0) {
        throw_errno("cannot make the device or FIFO " + escape_name(path));
    }
    if (::fchownat(to, as.c_str(), owner(status), group(status), AT_SYMLINK_NOFOLLOW) != 0)
        throw_errno("cannot give away " + escape_name(path));
    if (!S_ISLNK(status.st_mode) && ::fchmodat(to, as.c_str(), status.st_mode & mode_bits, 0) != 0)
        throw_errno("cannot set the mode of " + escape_name(path));
    if (const auto failed = copy_entry_attributes(from, name, to, as); !failed.empty())
        note_(path, "attributes not copied: " + joined(failed));
    set_times(to, as, status, path);
}

void EntryCopier::copy_directory_attributes(int from, const struct stat& status, int to, const std::string& path) {
    if (::fchown(to, owner(status), group(status)) != 0) throw_errno("cannot give away " + escape_name(path));
    if (::fchmod(to, status.st_mode & mode_bits) != 0) throw_errno("cannot set the mode of " + escape_name(path));
    if (const auto failed = copy_attributes(from, to); !failed.empty())
        note_(path, "attributes not copied: " + joined(failed));
    const timespec times[2] = {status.st_atim, status.st_mtim};
    if (::futimens(to, times) != 0) throw_errno("cannot set the times of " + escape_name(path));
    if (file_flags_ && !copy_file_flags(from, to)) note_(path, "file flags not copied");
}

bool clear_the_way(int directory, const std::string& name) {
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) return true;
        if (errno == EISDIR) {
            if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
            if (errno == ENOTEMPTY || errno == EEXIST) return false;
        }
        if (errno != EPERM) break;
        const bool entry_freed = clear_protection(directory, name);
        if (!clear_protection(directory) && !entry_freed) {
            errno = EPERM;
            break;
        }
    }
    throw_errno("cannot remove " + escape_name(name));
}

bool make_directory(int directory, const std::string& name, mode_t mode) {
    struct stat status{};
    if (entry_status(directory, name, status)) {
        if (S_ISDIR(status.st_mode)) return false;
        (void)clear_the_way(directory, name);
    }
    if (::mkdirat(directory, name.c_str(), mode) != 0) throw_errno("cannot make the directory " + escape_name(name));
    return true;
}

}  // namespace jailctl::tree
