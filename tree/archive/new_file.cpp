#include "archive/new_file.hpp"

#include <cerrno>
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
}  // namespace

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

NewFile::NewFile(int directory, const char* name, std::string path, const Member& member, bool gives_group)
    : path_(std::move(path)),
      member_(member),
      gives_group_(gives_group),
      owned_(member.uid == 0 && member.gid == 0),
      fd_(::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   owned_ ? member.mode : 0600)) {
    if (!fd_) cannot_make("cannot make", path_);
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
}

}  // namespace jailctl::tree
