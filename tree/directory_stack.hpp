#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

/// A way down a tree by descriptors: each directory is opened below the one before, never through a link and never on
/// another mount. Only the nearest directories stay open, so a tree of any depth costs a bounded number of descriptors;
/// the way back goes by ".." and is checked against the directory that was left.
class DirectoryStack {
public:
    /// @param root  borrowed; opened anew for reading. @throws Error io
    explicit DirectoryStack(int root);

    enum class Entered { yes, not_a_directory, other_mount, gone };
    /// Goes into `name` of the current directory. Anything but yes leaves the position as it is. @throws Error io
    [[nodiscard]] Entered enter(const std::string& name);
    /// Back to the directory above. @throws Error damaged: it is no longer the one we came from
    void leave();

    [[nodiscard]] int fd() const noexcept { return levels_.back().fd.get(); }
    [[nodiscard]] std::size_t depth() const noexcept { return levels_.size() - 1; }
    /// The current directory relative to the root; "" for the root itself.
    [[nodiscard]] std::string path() const;
    [[nodiscard]] std::string path_of(std::string_view name) const;

private:
    struct Level {
        UniqueFd fd;
        dev_t device;
        ino_t inode;
        std::string name;
    };
    std::vector<Level> levels_;
    std::uint64_t mount_;
};

/// An entry as the directory lists it.
struct DirectoryEntry {
    std::string name;
    bool surely_directory = false, surely_other = false;  ///< what d_type says, if the file system says it
};
/// Entries of the directory but "." and "..", read through a descriptor of its own; `limit` 0 reads all.
/// @throws Error io
[[nodiscard]] std::vector<DirectoryEntry> list_directory(int directory, std::size_t limit = 0);

/// Status of an entry, links not followed. @return false if it is gone @throws Error io
[[nodiscard]] bool entry_status(int directory, const std::string& name, struct stat& status);

/// Identifies the mount a descriptor is on (Linux: mount id of statx).
[[nodiscard]] std::uint64_t mount_of(int fd);

/// Opens the directory `path` (relative, "" for the root) component by component, no link followed; -1 with errno.
[[nodiscard]] UniqueFd open_below(int root, std::string_view path);

}  // namespace jailctl::tree
