#pragma once

#include <map>
#include <string>
#include <vector>

#include "archive/index_entry.hpp"

namespace jailctl::tree {

/// A member to be taken out of an archive.
struct Wanted {
    IndexEntry entry;
    std::uint64_t end = 0;   ///< where the next member's headers begin
    std::string as;          ///< the path to write it under
    std::string link_to;     ///< of a hard link: the path of its content, as that is written
};

/// Which members have to be read to get what somebody asked for: everything at and below the paths given, and for hard
/// links to something else that has the content. Is shown all entries in the order of the archive, and, if unresolved()
/// then, all of them once more.
class Selection {
public:
    /// @param paths  relative to the root; "" is everything
    explicit Selection(std::vector<std::string> paths);
    void see(const IndexEntry& entry);
    /// After a pass. @return true if it takes another one: content of hard links was passed over
    [[nodiscard]] bool unresolved();
    /// Something that is no member: whether it is asked for. After the passes.
    [[nodiscard]] bool asks_for(const std::string& path);
    /// In the order of the archive. @throws Error not_found: names what the archive does not hold
    [[nodiscard]] std::vector<Wanted> take(std::uint64_t tar_bytes);
    /// What was asked for, without what lies below another of it.
    [[nodiscard]] const std::vector<std::string>& paths() const noexcept { return paths_; }

private:
    [[nodiscard]] std::size_t match(const std::string& path);
    void end_last(std::uint64_t offset);

    std::vector<std::string> paths_;
    std::vector<bool> found_;
    std::vector<Wanted> wanted_;
    std::map<std::string, std::string> instead_;  // content not asked for: the path it is written under
    bool second_ = false, open_ = false;
};

}  // namespace jailctl::tree
