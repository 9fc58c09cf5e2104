#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "file.hpp"

namespace jailctl::tree {

/// A way down the tree that is written, by descriptors: each directory is opened below the one before, never through a
/// link and never on another mount. Only the nearest directories stay open, so a tree of any depth costs a bounded
/// number of descriptors; the way back goes by ".." and is checked against the directory that was left.
class DirectoryStack {
public:
    /// @param root  borrowed; opened anew. @throws Error io
    explicit DirectoryStack(int root);

    /// Goes into `name` of the current directory. @return false, the position unchanged: it is no directory, is gone,
    /// or lies on another mount @throws Error io, denied
    [[nodiscard]] bool enter(const std::string& name);
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
        Identity identity;
        std::string name;
    };
    std::vector<Level> levels_;
};

/// The directory that a relative path leads to: "" for what stands in the root itself.
[[nodiscard]] std::string_view parent_of(std::string_view path) noexcept;
/// The last component of a path.
[[nodiscard]] std::string_view name_of(std::string_view path) noexcept;

/// Components of a relative path, empty ones and "." left out. @throws Error invalid: it contains ".." or NUL
[[nodiscard]] std::vector<std::string> components_of(std::string_view path);

/// Opens the directory `path` (relative, "" for the root) component by component, no link followed; nothing with errno.
[[nodiscard]] UniqueFd open_below(int root, std::string_view path);

}  // namespace jailctl::tree
