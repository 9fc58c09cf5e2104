#pragma once

#include <string>
#include <sys/stat.h>

#include "directory_stack.hpp"

namespace jailctl::tree {

/// What is done at each entry of a walk. `at` stands in the directory that holds the entry.
class TreeVisitor {
public:
    virtual ~TreeVisitor() = default;
    /// Anything but a directory.
    virtual void file(DirectoryStack& at, const std::string& name, const struct stat& status) = 0;
    /// A directory, before it is entered. @return false: leave it and what it holds alone
    virtual bool enter(DirectoryStack& at, const std::string& name, const struct stat& status) = 0;
    /// All it holds has been visited; `at` still stands in the directory.
    virtual void leave(DirectoryStack& at, const struct stat& status) = 0;
    /// A directory on another mount, which is never entered.
    virtual void other_mount(DirectoryStack& at, const std::string& name) = 0;
};

/// Visits everything below the position of `at`, directories before and after their content, names in order, without
/// recursion in the C stack. What vanishes under the walk is passed over.
void walk(DirectoryStack& at, TreeVisitor& visitor);

}  // namespace jailctl::tree
