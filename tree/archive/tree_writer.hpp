#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "archive/crew.hpp"
#include "archive/new_file.hpp"
#include "archive/place.hpp"
#include "archive/tar_writer.hpp"
#include "attributes.hpp"
#include "directory_stack.hpp"

namespace jailctl::tree {

/// Makes the members of an archive below an empty root, by descriptors: every component is opened below the one before
/// and never through a link, nothing that exists is replaced. Members may come in any order; directories get their
/// times when they are left and all files in them are made, default ACLs and file flags wait for the end. Small files
/// are made by other threads while the next members are read: what is wrong with one comes out of a later call.
class TreeWriter {
public:
    using Components = std::vector<std::string>;
    /// Gives the content of the current member to `take`.
    using Content = std::function<void(const std::function<void(std::uint64_t offset, std::string_view bytes)>& take)>;

    /// @param root  borrowed; its owner and mode stay as they are @throws Error exists: it is not empty
    TreeWriter(int root, Note note);

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
    /// A directory on the way from the root to where we are.
    struct Level {
        DirectoryEnd end;
        std::shared_ptr<Place> place;  // if files of it were handed to other threads
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
    void finish_level(Level& level);
    [[nodiscard]] bool may_queue(const Member& member) const noexcept;
    void queue(const Components& path, const Member& member, const Content& content);
    void give_owner(const char* name, int fd, const Member& member);
    void give_xattrs(int fd, const Components& path, const Member& member);
    void defer(const Components& path, std::uint32_t flags, const Xattr& default_acl);

    int root_;
    Note note_;
    DirectoryStack stack_;
    Components here_;
    std::vector<Level> levels_;
    std::vector<Deferred> deferred_;
    std::size_t deferred_size_ = 0;
    std::set<std::string> left_out_;
    std::size_t left_out_size_ = 0;
    Crew crew_;  // last: its threads end before all else
};

}  // namespace jailctl::tree
