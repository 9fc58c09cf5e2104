#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

#include "directory_stack.hpp"

namespace jailctl::tree {

/// Copies single entries with every attribute: owner, mode, nanoseconds, extended attributes of all namespaces (ACLs and
/// file capabilities among them), file flags, holes, devices; hard links of any type stay links of one another.
class EntryCopier {
public:
    using Note = std::function<void(const std::string& path, const std::string& what)>;
    /// @param target_root  root of the tree that is written, borrowed
    /// @param as_root      everything is owned by 0:0 whatever the source says
    /// @param file_flags   copy them too; not possible as the root of a user namespace
    EntryCopier(int target_root, bool as_root, bool file_flags, Note note);

    /// Copies `name` of the directory `from`, anything but a directory, to the new name `as` of `to`'s directory.
    /// @param final_path  where the copy will stand below the target root: for later links to it
    /// @return false: nothing was made (a socket, counted; or it vanished or changed its type, noted) @throws Error io, no_space
    bool copy(int from, const std::string& name, const struct stat& status, int to, const std::string& as,
              const std::function<std::string()>& final_path);
    /// Gives the directory `to` the attributes of `from`; to be called once its content is written.
    void copy_directory_attributes(int from, const struct stat& status, int to, const std::string& path);

    [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint64_t sockets() const noexcept { return sockets_; }

private:
    bool link_to_earlier(const struct stat& status, int to, const std::string& as);
    bool copy_file(int from, const std::string& name, const struct stat& status, int to, const std::string& as,
                   const std::string& path);
    void copy_special(int from, const std::string& name, const struct stat& status, int to, const std::string& as,
                      const std::string& path);
    [[nodiscard]] uid_t owner(const struct stat& status) const noexcept { return as_root_ ? 0 : status.st_uid; }
    [[nodiscard]] gid_t group(const struct stat& status) const noexcept { return as_root_ ? 0 : status.st_gid; }

    int target_root_;
    bool as_root_, file_flags_;
    Note note_;
    std::map<std::pair<dev_t, ino_t>, std::string> linked_;  // what has more names -> its first name in the target
    std::uint64_t entries_ = 0, bytes_ = 0, sockets_ = 0;
};

/// Unlinks whatever non-directory stands at `name`, clearing flags that protect it; an empty directory goes too.
/// @return false: a directory that is not empty stands there @throws Error io
bool clear_the_way(int directory, const std::string& name);

/// Makes sure `name` is a directory: one that stands there is kept, anything else is replaced. @return true if it was made
bool make_directory(int directory, const std::string& name, mode_t mode);

}  // namespace jailctl::tree
