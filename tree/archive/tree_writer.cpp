#include "archive/tree_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl.hpp"
#include "archive/member_name.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t deepest_place = 200;  // directories above that are kept open for the other threads
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

/// What is made in such a directory may not belong to our group (mount option bsdgroups, set-group-ID).
bool gives_group(const Facts& directory) { return (directory.mode & S_ISGID) != 0 || directory.gid != 0; }

}  // namespace

TreeWriter::TreeWriter(int root, Note note) : root_(root), note_(std::move(note)), stack_(root), crew_(note_) {
    require_empty(root);
    levels_.emplace_back();
    levels_.back().end.gives_group = gives_group(facts_of(root));
    forget_default_acl(root);
}

std::string TreeWriter::key(const Components& path) { return joined(path); }

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
    Level level;
    if (left_out(path))
        throw Error(Errc::damaged,
                    "the archive has members below '" + escape_name(key(path)) + "', which is no directory");
    if (::mkdirat(stack_.fd(), name.c_str(), 0700) == 0) {
        level.end.own = true;
        level.end.gives_group = levels_.back().end.gives_group;
    } else if (errno != EEXIST) {
        cannot_make("cannot make the directory", key(path));
    } else {
        crew_.wait();  // it was left before, and is to get its time first
    }
    if (!stack_.enter(name))
        throw Error(Errc::damaged,
                    "the archive has members below '" + escape_name(key(path)) + "', which is no directory");
    if (!level.end.own) {
        const Facts facts = facts_of(stack_.fd());
        level.end.timed = true;
        level.end.modified = facts.modified;
        level.end.gives_group = gives_group(facts);
    }
    here_ = std::move(path);
    levels_.push_back(std::move(level));
}

void TreeWriter::leave() {
    finish_level(levels_.back());
    levels_.pop_back();
    here_.pop_back();
    stack_.leave();
}

void TreeWriter::finish_level(Level& level) {
    if (here_.empty()) level.end.own = false;  // the root stays as it is but for its time
    if (!level.place) return finish_directory(stack_.fd(), key(here_), level.end);
    level.place->set_end(level.end);
    level.place->release();
}

void TreeWriter::directory(const Components& path, const Member& member) {
    go_to(path, path.size());
    DirectoryEnd& end = levels_.back().end;
    end.own = end.timed = true;
    end.modified = member.modified;
    end.mode = member.mode;
    end.uid = member.uid;
    end.gid = member.gid;
    give_xattrs(stack_.fd(), path, member);
    if (member.flags != 0) defer(path, member.flags, {});
}

void TreeWriter::give_owner(const char* name, int fd, const Member& member) {
    if (member.uid == 0 && member.gid == 0 && !levels_.back().end.gives_group) return;
    set_owner_at(fd, name, static_cast<uid_t>(member.uid), static_cast<gid_t>(member.gid));
}

void TreeWriter::give_xattrs(int fd, const Components& path, const Member& member) {
    for (const Xattr& attribute : member.xattrs) {
        if (is_default_acl(attribute.name))
            defer(path, 0, attribute);
        else
            attempt(key(path), note_, [&] { set_xattr(fd, attribute); });
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
    if (may_queue(member)) {
        queue(path, member, content);
    } else {
        in_context("restoring " + escape_name(key(path)), [&] {
            NewFile file(stack_.fd(), path.back().c_str(), key(path), member, levels_.back().end.gives_group);
            content([&](std::uint64_t offset, std::string_view bytes) { file.write(offset, bytes); });
            file.finish(note_);
        });
    }
    for (const Xattr& attribute : member.xattrs)
        if (is_default_acl(attribute.name)) defer(path, 0, attribute);
    if (member.flags != 0) defer(path, member.flags, {});
}

bool TreeWriter::may_queue(const Member& member) const noexcept {
    return member.size <= Crew::largest && levels_.size() <= deepest_place;
}

void TreeWriter::queue(const Components& path, const Member& member, const Content& content) {
    Level& level = levels_.back();
    if (!level.place) {
        UniqueFd again{::fcntl(stack_.fd(), F_DUPFD_CLOEXEC, 0)};
        if (!again) throw_errno("cannot keep a directory open");
        level.place = std::make_shared<Place>(std::move(again), key(here_));
    }
    crew_.add({level.place, path.back(), member, level.end.gives_group, {}});
    in_context("restoring " + escape_name(key(path)), [&] {
        content([&](std::uint64_t offset, std::string_view bytes) { crew_.add_content(offset, bytes); });
    });
}

void TreeWriter::special(const Components& path, const Member& member) {
    go_beside(path);
    const char* name = path.back().c_str();
    const int at = stack_.fd();
    if (member.kind == Kind::symlink) {
        if (member.target.empty())
            throw Error(Errc::damaged, "the archive holds a link without target, '" + escape_name(key(path)) + "'");
        if (::symlinkat(member.target.c_str(), at, name) != 0) cannot_make("cannot make the link", key(path));
    } else if (!make_node(at, name, member.kind, member.mode, member.device_major, member.device_minor)) {
        cannot_make("cannot make", key(path));
    }
    give_owner(name, at, member);
    if (member.kind != Kind::symlink && (member.mode & 07000U) != 0 && ::fchmodat(at, name, member.mode, 0) != 0)
        cannot_make("cannot set the mode of", key(path));
    for (const Xattr& attribute : member.xattrs) attempt(key(path), note_, [&] { set_xattr_at(at, name, attribute); });
    set_times_at(at, name, member.modified, member.modified);
}

void TreeWriter::hard_link(const Components& path, const Components& target) {
    go_beside(path);
    crew_.wait();  // the target may be among what is being made
    const Components parent(target.begin(), target.end() - 1);
    const UniqueFd from = open_below(root_, joined(parent));
    const auto facts = from ? facts_at(from.get(), target.back().c_str()) : std::nullopt;
    if (!facts || facts->kind == Kind::directory)
        throw Error(Errc::damaged, "the archive links '" + escape_name(key(path)) + "' to '" +
                                       escape_name(key(target)) + "', which it did not hold before");
    if (::linkat(from.get(), target.back().c_str(), stack_.fd(), path.back().c_str(), 0) != 0)
        cannot_make("cannot link", key(path));
}

void TreeWriter::leave_out(const Components& path) {
    go_beside(path);
    crew_.wait();
    if (facts_at(stack_.fd(), path.back().c_str())) {
        errno = EEXIST;
        cannot_make("cannot make", key(path));
    }
    bound(left_out_size_, *left_out_.insert(key(path)).first);
}

void TreeWriter::finish() {
    while (!here_.empty()) leave();
    finish_level(levels_.back());
    crew_.wait();
    const auto each = [&](bool acls) {
        for (const Deferred& one : deferred_) {
            if (one.default_acl.name.empty() == acls) continue;
            const UniqueFd parent = open_below(root_, parent_of(one.path));
            const std::string name(one.path.empty() ? "." : name_of(one.path));
            const UniqueFd fd = parent ? open_file(parent.get(), name.c_str()) : UniqueFd();
            if (!fd) throw_errno("cannot open " + escape_name(one.path));
            attempt(one.path, note_,
                    [&] { acls ? set_xattr(fd.get(), one.default_acl) : set_flags(fd.get(), one.flags); });
        }
    };
    each(true);
    each(false);  // last: an immutable file takes no attribute any more
}

}  // namespace jailctl::tree
