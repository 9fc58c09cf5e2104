#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "walk.hpp"

namespace jailctl::tree {

/// Copies single entries with every attribute: owner, mode, nanoseconds, extended attributes of all namespaces (ACLs
/// and file capabilities among them), file flags, holes, devices; hard links of any type stay links of one another.
class EntryCopier {
public:
    using Note = std::function<void(const std::string& path, const std::string& what)>;
    struct Rules {
        /// Everything is owned by 0:0 whatever the source says, without set-id bits and capabilities.
        bool as_root = false;
        bool file_flags = false;  ///< copy them too; impossible as the root of a user namespace
    };
    /// @param target_root  root of the tree that is written, borrowed
    EntryCopier(int target_root, Rules rules, Note note);

    /// Copies anything but a directory to the unused name `as` of the directory `to`.
    /// @param final_path  where the copy will stand below the target root: for messages, and for later links to it
    /// @return false: nothing was made (a socket, counted; or it vanished or was replaced, noted) @throws Error io,
    /// no_space
    bool copy(const Entry& entry, int to, const std::string& as, const std::string& final_path);
    /// Gives the directory `to` the attributes of `from`; to be called once its content is written.
    void copy_directory_attributes(int from, int to, const std::string& path);

    [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint64_t sockets() const noexcept { return sockets_; }

private:
    bool link_to_earlier(const Identity& identity, int to, const std::string& as);
    bool copy_file(const Entry& entry, int to, const std::string& as, const std::string& path);
    void copy_special(const Entry& entry, int to, const std::string& as, const std::string& path);
    void make_special(const Entry& entry, int to, const std::string& as);
    void copy_open_attributes(int from, const Facts& facts, int to, const std::string& path);
    void copy_flags(int from, int to, const std::string& path);
    void name_lost_owner(int directory, const char* name, const Facts& facts, const std::string& path);
    void set_owner(int directory, const char* name, const Facts& facts);

    int target_root_;
    Rules rules_;
    Note note_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>
        linked_;  // device, inode -> first name in the target
    std::uint64_t entries_ = 0, bytes_ = 0, sockets_ = 0;
};

}  // namespace jailctl::tree
