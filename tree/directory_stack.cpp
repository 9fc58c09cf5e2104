#include "directory_stack.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

// O_NONBLOCK: a FIFO put in the place of a directory must not hold us up before O_DIRECTORY refuses it.
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr std::size_t open_levels = 64;

struct CloseDirectory {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
};

}  // namespace

DirectoryStack::DirectoryStack(int root) : mount_(0) {
    UniqueFd fd{::openat(root, ".", directory_flags)};
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) throw_errno("cannot open the root of the tree");
    mount_ = mount_of(fd.get());
    levels_.push_back({std::move(fd), status.st_dev, status.st_ino, {}});
}

DirectoryStack::Entered DirectoryStack::enter(const std::string& name) {
    UniqueFd next{::openat(fd(), name.c_str(), directory_flags)};
    if (!next) {
        if (errno == ENOTDIR || errno == ELOOP) return Entered::not_a_directory;
        if (errno == ENOENT) return Entered::gone;
        throw_errno("cannot open the directory " + escape_name(path_of(name)));
    }
    struct stat status{};
    if (::fstat(next.get(), &status) != 0) throw_errno("cannot look at " + escape_name(path_of(name)));
    if (status.st_dev != levels_.front().device || mount_of(next.get()) != mount_) return Entered::other_mount;
    if (levels_.size() > open_levels) levels_[levels_.size() - open_levels].fd.reset();
    levels_.push_back({std::move(next), status.st_dev, status.st_ino, name});
    return Entered::yes;
}

void DirectoryStack::leave() {
    Level& above = levels_[levels_.size() - 2];
    if (!above.fd) {
        UniqueFd back{::openat(fd(), "..", directory_flags)};
        struct stat status{};
        if (!back || ::fstat(back.get(), &status) != 0) throw_errno("cannot go back from " + escape_name(path()));
        if (status.st_dev != above.device || status.st_ino != above.inode)
            throw Error(Errc::damaged, "the directory " + escape_name(levels_.back().name) +
                                           " was moved while the tree was worked on");
        above.fd = std::move(back);
    }
    levels_.pop_back();
}

std::string DirectoryStack::path() const {
    std::string text;
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        if (i > 1) text += '/';
        text += levels_[i].name;
    }
    return text;
}

std::string DirectoryStack::path_of(std::string_view name) const {
    std::string text = path();
    if (!text.empty()) text += '/';
    return text.append(name);
}

std::vector<DirectoryEntry> list_directory(int directory, std::size_t limit) {
    const int own = ::openat(directory, ".", directory_flags);
    if (own < 0) throw_errno("cannot read a directory");
    const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(own));
    if (!stream) {
        const UniqueFd close_it{own};
        throw_errno("cannot read a directory");
    }
    std::vector<DirectoryEntry> entries;
    while (limit == 0 || entries.size() < limit) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            if (errno != 0) throw_errno("cannot read a directory");
            break;
        }
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        entries.push_back({std::string(name), entry->d_type == DT_DIR,
                           entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN});
    }
    return entries;
}

bool entry_status(int directory, const std::string& name, struct stat& status) {
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno == ENOENT) return false;
    throw_errno("cannot look at " + escape_name(name));
}

UniqueFd open_below(int root, std::string_view path) {
    UniqueFd here{::openat(root, ".", directory_flags)};
    while (here && !path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string name(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        here = UniqueFd{::openat(here.get(), name.c_str(), directory_flags)};
    }
    return here;
}

}  // namespace jailctl::tree
