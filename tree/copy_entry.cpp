#include "copy_entry.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.hpp"
#include "change.hpp"
#include "copy_content.hpp"
#include "directory_stack.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

constexpr uid_t nobody = 65534;  // overflowuid of every kernel that was not told otherwise

}  // namespace

EntryCopier::EntryCopier(int target_root, Rules rules, Note note)
    : target_root_(target_root), rules_(rules), note_(std::move(note)) {}

bool EntryCopier::copy(const Entry& entry, int to, const std::string& as, const std::string& final_path) {
    return in_context(escape_name(final_path), [&] {
        const bool has_more_names = entry.facts.links > 1;
        const Identity& identity = entry.facts.identity;
        if (entry.facts.kind == Kind::socket) {
            ++sockets_;
            return false;
        }
        if (entry.facts.kind == Kind::unknown) {
            note_(final_path, "is of a type that cannot be copied");
            return false;
        }
        if (has_more_names && link_to_earlier(identity, to, as)) {
            ++entries_;
            return true;
        }
        if (entry.facts.kind != Kind::regular)
            copy_special(entry, to, as, final_path);
        else if (!copy_file(entry, to, as, final_path))
            return false;
        if (has_more_names) linked_.insert_or_assign({identity.device, identity.inode}, final_path);
        ++entries_;
        return true;
    });
}

bool EntryCopier::link_to_earlier(const Identity& identity, int to, const std::string& as) {
    const auto earlier = linked_.find({identity.device, identity.inode});
    if (earlier == linked_.end()) return false;
    const std::string& path = earlier->second;
    const UniqueFd parent = open_below(target_root_, parent_of(path));
    if (parent && ::linkat(parent.get(), name_of(path).data(), to, as.c_str(), 0) == 0) return true;
    if (errno == EMLINK || errno == ENOENT || errno == EPERM) return false;  // then it becomes a file of its own
    throw_errno("cannot make a hard link to " + escape_name(path));
}

void EntryCopier::set_owner(int directory, const char* name, const Facts& facts) {
    set_owner_at(directory, name, rules_.as_root ? 0 : facts.uid, rules_.as_root ? 0 : facts.gid);
}

/// An id without a number in the user namespace reads as nobody's, and becomes it.
void EntryCopier::name_lost_owner(int directory, const char* name, const Facts& facts, const std::string& path) {
    if (rules_.as_root || (facts.uid != nobody && facts.gid != nobody) || !has_foreign_owner(directory, name)) return;
    note_(path, "its owner or group has no number in the jail and is nobody (65534) there");
}

bool EntryCopier::copy_file(const Entry& entry, int to, const std::string& as, const std::string& path) {
    std::string why;
    const UniqueFd in = open_same(entry, why);
    if (!in) {
        note_(path, why);
        return false;
    }
    const Facts facts = facts_of(in.get());
    const UniqueFd out{::openat(to, as.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!out) throw_errno("cannot make the file");
    bytes_ += copy_content(in.get(), out.get(), facts.size);
    if (const std::string what = change_of(facts, facts_of(in.get())); !what.empty()) note_(path, what);
    copy_open_attributes(in.get(), facts, out.get(), path);
    return true;
}

/// chown takes setuid and file capabilities away, chmod rewrites the mask of an ACL, all of them need a file
/// that is not immutable yet: this order keeps everything. What becomes root's does not take along what lets
/// others run it as its owner.
void EntryCopier::copy_open_attributes(int from, const Facts& facts, int to, const std::string& path) {
    name_lost_owner(from, "", facts, path);
    set_owner(to, "", facts);
    if (::fchmod(to, rules_.as_root ? facts.mode & 01777U : facts.mode) != 0) throw_errno("cannot set the mode");
    for (const Xattr& attribute : xattrs_of(from)) {
        if (rules_.as_root && attribute.name == "security.capability") continue;
        try {
            set_xattr(to, attribute);
        } catch (const Error& error) {
            note_(path, error.what());
        }
    }
    set_times_at(to, "", facts.accessed, facts.modified);
    if (rules_.file_flags) copy_flags(from, to, path);
}

void EntryCopier::copy_flags(int from, int to, const std::string& path) {
    const std::uint32_t flags = flags_of(from);
    if (flags == 0) return;
    try {
        set_flags(to, flags);
    } catch (const Error& error) {
        note_(path, error.what());
    }
}

void EntryCopier::make_special(const Entry& entry, int to, const std::string& as) {
    const Facts& facts = entry.facts;
    if (facts.kind == Kind::symlink) {
        const auto target = read_link(entry.parent, entry.name);
        if (!target) throw_errno("cannot read a link");
        if (::symlinkat(target->c_str(), to, as.c_str()) != 0) throw_errno("cannot make the link");
    } else if (!make_node(to, as.c_str(), facts.kind, 0600, facts.device_major, facts.device_minor)) {
        throw_errno("cannot make the node");
    }
}

void EntryCopier::copy_special(const Entry& entry, int to, const std::string& as, const std::string& path) {
    make_special(entry, to, as);
    name_lost_owner(entry.parent, entry.name, entry.facts, path);
    set_owner(to, as.c_str(), entry.facts);
    if (entry.facts.kind != Kind::symlink && ::fchmodat(to, as.c_str(), entry.facts.mode, 0) != 0)
        throw_errno("cannot set the mode");
    for (const Xattr& attribute : xattrs_at(entry.parent, entry.name)) {
        try {
            set_xattr_at(to, as.c_str(), attribute);
        } catch (const Error& error) {
            note_(path, error.what());
        }
    }
    set_times_at(to, as.c_str(), entry.facts.accessed, entry.facts.modified);
}

void EntryCopier::copy_directory_attributes(int from, int to, const std::string& path) {
    in_context(path.empty() ? "the top directory" : escape_name(path),
               [&] { copy_open_attributes(from, facts_of(from), to, path); });
}

}  // namespace jailctl::tree
