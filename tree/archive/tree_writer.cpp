#include "archive/tree_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "acl.hpp"
#include "archive/member_name.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_remembered = std::size_t{48} << 20;  // bytes, of each list that grows with the archive

void bound(std::size_t& size, const std::string& path) {
    size += path.size() + 96;
    if (size > most_remembered)
        throw Error(Errc::damaged, "the archive is refused: too many members with unusual attributes");
}

void require_empty(int root) {
    DirectoryStream entries(open_directory(root, "."));
    for (const char* name = entries.next(); name != nullptr; name = entries.next())
        if (std::strcmp(name, "lost+found") != 0)
            throw Error(Errc::exists, "the directory to unpack into is not empty");
}

void write_at(int fd, std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno("cannot write a file");
        offset += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

mode_t type_bits(Kind kind) { return kind == Kind::fifo ? S_IFIFO : kind == Kind::block ? S_IFBLK : S_IFCHR; }

}  // namespace

TreeWriter::TreeWriter(int root, Note note, Target target)
    : root_(root), note_(std::move(note)), stack_(root), target_(target) {
    if (target == Target::empty) require_empty(root);
    Pending top;
    top.gives_group = (facts_of(root).mode & S_ISGID) != 0;
    pending_.push_back(top);
    if (target == Target::empty) forget_default_acl(root);
}

std::string TreeWriter::key(const Components& path) { return joined(path); }

void TreeWriter::cannot(const char* what, const Components& path) const {
    const std::string name = escape_name(joined(path));
    if (errno == EEXIST) throw Error(Errc::damaged, "the archive holds '" + name + "' twice");
    throw_errno(std::string(what) + " " + name);
}

/// Makes the first `depth` components of `path` the current directory.
void TreeWriter::go_to(const Components& path, std::size_t depth) {
    std::size_t common = 0;
    while (common < depth && common < here_.size() && here_[common] == path[common]) ++common;
    while (here_.size() > common) leave();
    while (here_.size() < depth) enter(path[here_.size()]);
}

void TreeWriter::enter(const std::string& name) {
    Components path = here_;
    path.push_back(name);
    Pending pending;
    if (left_out(path))
        throw Error(Errc::damaged,
                    "the archive has members below '" + escape_name(key(path)) + "', which is no directory");
    if (::mkdirat(stack_.fd(), name.c_str(), 0700) == 0)
        pending.own = true;
    else if (errno != EEXIST)
        cannot("cannot make the directory", path);
    if (!stack_.enter(name))
        throw Error(Errc::damaged,
                    "the archive has members below '" + escape_name(key(path)) + "', which is no directory");
    if (!pending.own) {
        const Facts facts = facts_of(stack_.fd());
        pending.timed = target_ == Target::empty;
        pending.modified = facts.modified;
        pending.gives_group = (facts.mode & S_ISGID) != 0;
    }
    here_ = std::move(path);
    pending_.push_back(pending);
}

void TreeWriter::leave() {
    finish_directory(pending_.back());
    pending_.pop_back();
    here_.pop_back();
    stack_.leave();
}

void TreeWriter::finish_directory(const Pending& pending) {
    const int fd = stack_.fd();
    if (pending.own && !here_.empty()) {
        if (pending.uid != 0 || pending.gid != 0 || facts_of(fd).gid != 0)
            set_owner_at(fd, "", static_cast<uid_t>(pending.uid), static_cast<gid_t>(pending.gid));
        // With an access ACL the group bits are its mask, and the member's mode says the same.
        if (::fchmod(fd, pending.mode) != 0) cannot("cannot set the mode of", here_);
    }
    if (pending.timed) set_times_at(fd, "", pending.modified, pending.modified);
}

void TreeWriter::directory(const Components& path, const Member& member) {
    go_to(path, path.size());
    Pending& pending = pending_.back();
    pending.own = pending.timed = true;
    pending.modified = member.modified;
    pending.mode = member.mode;
    pending.uid = member.uid;
    pending.gid = member.gid;
    give_xattrs(stack_.fd(), path, member);
    if (member.flags != 0) defer(path, member.flags, {});
}

void TreeWriter::give_owner(const char* name, int fd, const Member& member) {
    if (member.uid == 0 && member.gid == 0 && !pending_.back().gives_group) return;
    set_owner_at(fd, name, static_cast<uid_t>(member.uid), static_cast<gid_t>(member.gid));
}

void TreeWriter::attempt(const std::string& path, const std::function<void()>& set) {
    try {
        set();
    } catch (const Error& error) {
        const int cause = error.cause().value();
        if (cause != EOPNOTSUPP && cause != ENOTTY && cause != EPERM) throw;
        note_(path, error.what());  // what this file system, or the root of a user namespace, cannot have
    }
}

void TreeWriter::give_xattrs(int fd, const Components& path, const Member& member) {
    for (const Xattr& attribute : member.xattrs) {
        if (is_default_acl(attribute.name))
            defer(path, 0, attribute);
        else
            attempt(key(path), [&] { set_xattr(fd, attribute); });
    }
}

void TreeWriter::defer(const Components& path, std::uint32_t flags, const Xattr& default_acl) {
    deferred_.push_back({key(path), flags, default_acl});
    bound(deferred_size_, deferred_.back().path);
    deferred_size_ += default_acl.value.size();
}

void TreeWriter::go_beside(const Components& path) {
    go_to(path, path.size() - 1);
    if (!left_out_.empty() && left_out(path))
        throw Error(Errc::damaged, "the archive holds '" + escape_name(key(path)) + "' twice");
}

void TreeWriter::file(const Components& path, const Member& member, const Content& content) {
    go_beside(path);
    const bool owned = member.uid == 0 && member.gid == 0;
    const char* name = path.back().c_str();
    const UniqueFd fd{
        ::openat(stack_.fd(), name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owned ? member.mode : 0600)};
    if (!fd) cannot("cannot make", path);
    std::uint64_t end = 0;
    content([&](std::uint64_t offset, std::string_view bytes) {
        write_at(fd.get(), offset, bytes);
        end = offset + bytes.size();
    });
    if (end < member.size && ::ftruncate(fd.get(), static_cast<off_t>(member.size)) != 0) cannot("cannot make", path);
    give_owner("", fd.get(), member);
    // A change of owner or a write may have taken set-id bits away.
    if ((!owned || pending_.back().gives_group || (member.mode & 07000U) != 0) && ::fchmod(fd.get(), member.mode) != 0)
        cannot("cannot set the mode of", path);
    give_xattrs(fd.get(), path, member);
    set_times_at(fd.get(), "", member.modified, member.modified);
    if (member.flags != 0) defer(path, member.flags, {});
}

void TreeWriter::special(const Components& path, const Member& member) {
    go_beside(path);
    const char* name = path.back().c_str();
    const int at = stack_.fd();
    if (member.kind == Kind::symlink) {
        if (member.target.empty())
            throw Error(Errc::damaged, "the archive holds a link without target, '" + escape_name(key(path)) + "'");
        if (::symlinkat(member.target.c_str(), at, name) != 0) cannot("cannot make the link", path);
    } else if (::mknodat(at, name, type_bits(member.kind) | member.mode,
                         makedev(member.device_major, member.device_minor)) != 0) {
        cannot("cannot make", path);
    }
    give_owner(name, at, member);
    if (member.kind != Kind::symlink && (member.mode & 07000U) != 0 && ::fchmodat(at, name, member.mode, 0) != 0)
        cannot("cannot set the mode of", path);
    for (const Xattr& attribute : member.xattrs) attempt(key(path), [&] { set_xattr_at(at, name, attribute); });
    set_times_at(at, name, member.modified, member.modified);
}

void TreeWriter::hard_link(const Components& path, const Components& target) {
    go_beside(path);
    const Components parent(target.begin(), target.end() - 1);
    const UniqueFd from = open_below(root_, joined(parent));
    const auto facts = from ? facts_at(from.get(), target.back().c_str()) : std::nullopt;
    if (!facts || facts->kind == Kind::directory)
        throw Error(Errc::damaged, "the archive links '" + escape_name(key(path)) + "' to '" +
                                       escape_name(key(target)) + "', which it did not hold before");
    if (::linkat(from.get(), target.back().c_str(), stack_.fd(), path.back().c_str(), 0) != 0)
        cannot("cannot link", path);
}

void TreeWriter::leave_out(const Components& path) {
    go_beside(path);
    if (facts_at(stack_.fd(), path.back().c_str())) {
        errno = EEXIST;
        cannot("cannot make", path);
    }
    bound(left_out_size_, *left_out_.insert(key(path)).first);
}

void TreeWriter::finish() {
    while (!here_.empty()) leave();
    finish_directory(pending_.back());
    const auto each = [&](bool acls) {
        for (const Deferred& one : deferred_) {
            if (one.default_acl.name.empty() == acls) continue;
            const std::size_t slash = one.path.rfind('/');
            const UniqueFd parent = open_below(root_, slash == std::string::npos ? "" : one.path.substr(0, slash));
            const std::string name =
                one.path.empty() ? "." : one.path.substr(slash == std::string::npos ? 0 : slash + 1);
            const UniqueFd fd = parent ? open_file(parent.get(), name.c_str()) : UniqueFd();
            if (!fd) throw_errno("cannot open " + escape_name(one.path));
            attempt(one.path, [&] { acls ? set_xattr(fd.get(), one.default_acl) : set_flags(fd.get(), one.flags); });
        }
    };
    each(true);
    each(false);  // last: an immutable file takes no attribute any more
}

}  // namespace jailctl::tree
