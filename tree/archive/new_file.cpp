#include "archive/new_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {
// Smaller ones are left to the sync, which puts many of them into one request.
constexpr std::uint64_t worth_writing_out = std::uint64_t{1} << 20;

std::string temporary_name() {
    static std::atomic<unsigned> count = 0;
    return ".jailctl-extract-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

/// Like a rename that replaces nothing, by calls every file system has: NFS and most of FUSE lack RENAME_NOREPLACE. Where
/// there are no links either (vfat below FUSE), looking first has to do. @return false: errno says why
bool move_by_link(int directory, const char* from, const char* to) {
    if (::linkat(directory, from, directory, to, 0) == 0) return ::unlinkat(directory, from, 0) == 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
    struct stat facts{};
    if (::fstatat(directory, to, &facts, AT_SYMLINK_NOFOLLOW) == 0) errno = EEXIST;
    return errno == ENOENT && ::renameat(directory, from, directory, to) == 0;
}
}  // namespace

Appears appears_whole(int directory) {
    const UniqueFd file(::openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    const std::string name = temporary_name();
    if (!file || ::linkat(file.get(), "", directory, name.c_str(), AT_EMPTY_PATH) != 0) return Appears::renamed;
    if (::unlinkat(directory, name.c_str(), 0) != 0) throw_errno("cannot remove " + name);
    return Appears::linked;
}

void attempt(const std::string& path, const Note& note, const std::function<void()>& set) {
    try {
        set();
    } catch (const Error& error) {
        const int cause = error.cause().value();
        if (cause != EOPNOTSUPP && cause != ENOTTY && cause != EPERM) throw;
        note(path, error.what());
    }
}

void cannot_make(const char* what, const std::string& path) {
    if (errno == EEXIST) throw Error(Errc::damaged, "the archive holds '" + escape_name(path) + "' twice");
    throw_errno(std::string(what) + " " + escape_name(path));
}

NewFile::NewFile(int directory, const char* name, std::string path, const Member& member, bool gives_group, Appears appears)
    : directory_(directory), name_(name), path_(std::move(path)), member_(member), gives_group_(gives_group),
      owned_(member.uid == 0 && member.gid == 0), appears_(appears) {
    if (appears == Appears::at_once)
        fd_.reset(::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owned_ ? member.mode : 0600));
    else
        hide();
    if (!fd_) cannot_make("cannot make", path_);
}

NewFile::~NewFile() {
    if (!temporary_.empty()) ::unlinkat(directory_, temporary_.c_str(), 0);
}

void NewFile::hide() {
    if (appears_ == Appears::linked) {
        fd_.reset(::openat(directory_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    } else {
        temporary_ = temporary_name();
        ::unlinkat(directory_, temporary_.c_str(), 0);  // of one that was killed
        fd_.reset(::openat(directory_, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    }
    gives_group_ = true;  // owner and mode are set anew, whatever was given for the name
}

void NewFile::publish() {
    if (temporary_.empty()) {
        if (::linkat(fd_.get(), "", directory_, name_.c_str(), AT_EMPTY_PATH) != 0) cannot_make("cannot make", path_);
        return;
    }
    const char* const from = temporary_.c_str();
    if (::renameat2(directory_, from, directory_, name_.c_str(), RENAME_NOREPLACE) != 0 &&
        ((errno != EINVAL && errno != ENOSYS) || !move_by_link(directory_, from, name_.c_str())))
        cannot_make("cannot make", path_);
    temporary_.clear();
}

void NewFile::write(std::uint64_t offset, std::string_view bytes) {
    end_ = offset + bytes.size();
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno("cannot write a file");
        offset += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void NewFile::finish(const Note& note) {
    if (end_ < member_.size && ::ftruncate(fd_.get(), static_cast<off_t>(member_.size)) != 0)
        cannot_make("cannot make", path_);
    if (!owned_ || gives_group_)
        set_owner_at(fd_.get(), "", static_cast<uid_t>(member_.uid), static_cast<gid_t>(member_.gid));
    // A change of owner or a write may have taken set-id bits away.
    if ((!owned_ || gives_group_ || (member_.mode & 07000U) != 0) && ::fchmod(fd_.get(), member_.mode) != 0)
        cannot_make("cannot set the mode of", path_);
    for (const Xattr& attribute : member_.xattrs)
        if (!is_default_acl(attribute.name)) attempt(path_, note, [&] { set_xattr(fd_.get(), attribute); });
    set_times_at(fd_.get(), "", member_.modified, member_.modified);
    // The restore ends with a sync of everything: the disk has no reason to wait for that.
    if (member_.size >= worth_writing_out) begin_write_out(fd_.get());
    if (appears_ != Appears::at_once) publish();
}

}  // namespace jailctl::tree
