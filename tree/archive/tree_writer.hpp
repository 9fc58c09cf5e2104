#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "archive/tar_writer.hpp"
#include "attributes.hpp"
#include "directory_stack.hpp"

namespace jailctl::tree {

/// Makes the members of an archive below an empty root, by descriptors: every component is opened below the one before
/// and never through a link, nothing that exists is replaced. Members may come in any order; directories get their
/// times when they are left, default ACLs and file flags wait for the end.
class TreeWriter {
public:
    using Components = std::vector<std::string>;
    using Note = std::function<void(const std::string& path, const std::string& what)>;
    /// Gives the content of the current member to `take`.
    using Content = std::function<void(const std::function<void(std::uint64_t offset, std::string_view bytes)>& take)>;

    /// What stands in the directory that is written to: nothing, or things of others, which stay as they are.
    enum class Target { empty, existing };

    /// @param root  borrowed; its owner and mode stay as they are @throws Error exists: it is not empty
    TreeWriter(int root, Note note, Target target = Target::empty);

    void directory(const Components& path, const Member& member);
    void file(const Components& path, const Member& member, const Content& content);
    void special(const Components& path, const Member& member);  ///< symbolic link, FIFO, device
    /// @throws Error damaged: nothing this writer made stands there
    void hard_link(const Components& path, const Components& target);
    /// Nothing may be made below this name any more: it stood for something that was left out.
    void leave_out(const Components& path);
    [[nodiscard]] bool left_out(const Components& path) const { return left_out_.contains(key(path)); }
    /// Directories' attributes, then what waited. To be called once, after the last member.
    void finish();

private:
    /// What a directory gets when it is left.
    struct Pending {
        bool own = false;           // a member described it: everything; else the times alone, if there are any
        bool timed = false;
        bool gives_group = false;   // set-group-ID is in force already
        Timestamp modified;
        mode_t mode = 0755;
        std::int64_t uid = 0, gid = 0;
    };
    struct Deferred {
        std::string path;
        std::uint32_t flags;
        Xattr default_acl;
    };
    static std::string key(const Components& path);
    void go_to(const Components& path, std::size_t depth);
    void go_beside(const Components& path);
    void enter(const std::string& name);
    void leave();
    void finish_directory(const Pending& pending);
    void give_owner(const char* name, int fd, const Member& member);
    void give_xattrs(int fd, const Components& path, const Member& member);
    void defer(const Components& path, std::uint32_t flags, const Xattr& default_acl);
    void attempt(const std::string& path, const std::function<void()>& set);
    [[noreturn]] void cannot(const char* what, const Components& path) const;

    int root_;
    Note note_;
    DirectoryStack stack_;
    Components here_;
    std::vector<Pending> pending_;
    std::vector<Deferred> deferred_;
    std::size_t deferred_size_ = 0;
    std::set<std::string> left_out_;
    std::size_t left_out_size_ = 0;
    Target target_;
};

}  // namespace jailctl::tree
