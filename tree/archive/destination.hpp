#pragma once

#include <string>
#include <vector>

namespace jailctl::tree {

/// A directory that is somebody's, and names in it that nothing stands under yet. Unless keep() is called, what came to
/// stand under them is removed again.
class Destination {
public:
    /// @param paths  relative to `root`; "": the directory must be empty
    /// @throws Error exists: something stands there, or where a directory on the way would be
    Destination(int root, std::vector<std::string> paths);
    ~Destination();
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;
    void keep() noexcept { paths_.clear(); }

private:
    int root_;
    std::vector<std::string> paths_;
};

}  // namespace jailctl::tree
