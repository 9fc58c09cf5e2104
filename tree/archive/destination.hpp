#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

/// A directory that is somebody's, and names in it that nothing stands under yet. What shall stand there is made in a
/// directory of our own beside it and comes to its names by a rename each: nothing is ever seen half made.
class Destination {
public:
    /// @param root   borrowed
    /// @param paths  relative to it, none below another; "": everything, and the directory must be empty
    /// @throws Error exists: something stands there, or where a directory on the way would be; unsupported, io
    Destination(int root, std::vector<std::string> paths);
    /// Removes what was not published.
    ~Destination();
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;
    /// Where to make it, under the same paths.
    [[nodiscard]] int staging() const noexcept { return staging_.get(); }
    /// Gives it its names. Directories on the way that are not there come along. A failure takes them all back.
    /// @throws Error exists: something came to stand there meanwhile; io
    void publish();

private:
    void publish_one(const std::string& path);
    void move(int from, int to, const std::string& name, const std::string& path);
    void take_back() noexcept;

    int root_;
    std::vector<std::string> paths_, published_;
    UniqueFd beside_, outer_, staging_;  // where the directory of ours stands, it, and the tree in it
    std::string name_;
};

/// Removes what was staged in this directory by somebody who was killed. What is being made stays.
void remove_abandoned_staging(int directory);

}  // namespace jailctl::tree
