#pragma once

#include <atomic>
#include <string>

#include "file.hpp"

namespace jailctl::tree {

/// What a directory gets when nothing is made in it any more.
struct DirectoryEnd {
    bool own = false;           ///< a member described it: everything; else the times alone, if there are any
    bool timed = false;
    bool gives_group = false;   ///< set-group-ID is in force already
    Timestamp modified;
    mode_t mode = 0755;
    std::int64_t uid = 0, gid = 0;
};

/// Owner, mode and time of an open directory. @param path  for messages @throws Error io
void finish_directory(int fd, const std::string& path, const DirectoryEnd& end);

/// A directory in which files are still to be made by other threads. It gets its own attributes from whoever is done
/// with it last.
class Place {
public:
    Place(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] std::string path_of(const std::string& name) const {
        return path_.empty() ? name : path_ + "/" + name;
    }
    void use() noexcept { users_.fetch_add(1, std::memory_order_relaxed); }
    /// Ends what use() or making it began. @throws Error io
    void release();
    /// Before the release() of the one who made it.
    void set_end(const DirectoryEnd& end) noexcept { end_ = end; }

private:
    UniqueFd fd_;
    std::string path_;
    DirectoryEnd end_;
    std::atomic<unsigned> users_{1};
};

}  // namespace jailctl::tree
