#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "walk.hpp"

namespace jailctl::tree {

/// Has the disk read the files a walk will come to next, many at once, while it waits for the current one. Does nothing
/// as long as what is read is in memory anyway. Memory and descriptors are bounded.
class LookAhead {
public:
    /// To be called for each regular file in the order of the walk. @param cached  the beginning of its content is in
    /// memory, or it has none @return it was not there before the walk: whoever read it may drop it again
    [[nodiscard]] bool look(const Entry& entry, bool cached);

private:
    /// A directory on the way to where the walk is, read a second time, further ahead.
    struct Place {
        std::string path;
        std::unique_ptr<DirectoryStream> stream;
        std::size_t ahead = 0;  // files that were asked for and not met yet
    };
    [[nodiscard]] Place& place_of(const Entry& entry);
    void advance(Place& place);
    void ask_for(int directory, const char* name);

    std::vector<Place> places_;
    std::unordered_set<std::uint64_t> brought_;  // inodes that were asked for and not met yet
    std::size_t left_ = 0;                       // files to look ahead for until nothing is missing any more
};

}  // namespace jailctl::tree
