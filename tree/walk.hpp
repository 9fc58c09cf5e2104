#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "file.hpp"

namespace jailctl::tree {

/// One thing a walk came upon. Descriptors belong to the walk and are good during the call.
struct Entry {
    std::string_view path;   ///< relative to the root; "" for the root itself
    const char* name;        ///< in `parent`; "." for the root itself
    int parent;              ///< the directory it stands in
    int directory;           ///< itself, open for reading, if it is a directory; else -1
    Facts facts;             ///< as the name gave them; of a directory, and of `file`: of the open one
    /// Itself, open for reading, if it is a regular file that the visitor wants open; may be -1 all the same.
    int file = -1;
};

/// What to do with the entries of a tree. A directory is visited before its content and left after it.
class Visitor {
public:
    enum class Visit { enter, skip };   ///< skip: a directory's content is not looked at and leave() not called
    enum class Leave { done, again };   ///< again: read the directory once more (it filled up meanwhile)
    virtual ~Visitor() = default;
    /// Whoever reads all files has them opened at once: that is one look at each name less.
    [[nodiscard]] virtual bool wants_files_open() const { return false; }
    virtual Visit visit(const Entry& entry) = 0;
    virtual Leave leave(const Entry&) { return Leave::done; }
    /// Something could not be read, or is no longer where it was; the walk goes on with the rest.
    virtual void problem(std::string_view path, const std::string& what) = 0;
};

/// Walks a tree depth first by descriptors: no link is followed, no name is trusted twice (what was opened is compared
/// with what was seen), other mounts are shown but not entered. Memory and open descriptors are bounded at any depth
/// and width: the directories nearest to the current one stay open, those above are opened again and compared.
/// @throws whatever the visitor throws
void walk(int root, Visitor& visitor);

/// Opens the regular file `entry` shows, and proves that it is that file. @return nothing if it vanished, was replaced
/// or cannot be read; `why` says which
/// @param now  what the open file says of itself
[[nodiscard]] UniqueFd open_same(const Entry& entry, std::string& why, Facts& now);
[[nodiscard]] UniqueFd open_same(const Entry& entry, std::string& why);

}  // namespace jailctl::tree
