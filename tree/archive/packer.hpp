#pragma once

#include <map>

#include "action.hpp"
#include "archive/index_writer.hpp"
#include "archive/tar_writer.hpp"
#include "glob.hpp"
#include "walk.hpp"

namespace jailctl::tree {

/// Puts a tree into a tar stream and an index as it is met, and names what could not be stored as it was found.
class Packer final : public Visitor {
public:
    struct Counts {
        std::uint64_t entries = 0, files = 0, bytes = 0, sockets = 0;
        std::uint64_t changed = 0;       ///< grew, shrank, vanished or was replaced under the reader
        std::uint64_t unreadable = 0;
        std::uint64_t unrestorable = 0;  ///< a name that no restore could make again
    };
    Packer(Job& job, TarWriter& tar, IndexWriter& index, Excludes excludes);
    Visit visit(const Entry& entry) override;
    void problem(std::string_view path, const std::string& what) override;
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

private:
    /// A file with several names that was stored under the first one met.
    struct FirstName {
        std::string path;
        std::uint32_t names_left;
    };
    void store(const Entry& entry);
    void store_file(const Entry& entry);
    void store_special(const Entry& entry);
    /// @return what the index shall say of it
    IndexEntry begin(const Member& member);
    bool store_link(const Entry& entry);
    void remember(const Entry& entry);
    /// @return false: the file became shorter
    bool copy_content(int file, const Member& member);
    bool copy_extent(int file, const Extent& extent);
    void zeros(std::uint64_t size);
    void content(const char* bytes, std::size_t size);
    void changed(std::string_view path, const std::string& what);

    Job& job_;
    TarWriter& tar_;
    IndexWriter& index_;
    Excludes excludes_;
    Counts counts_;
    std::string buffer_;
    Sha256 digest_;  // of the current file's content
    std::map<std::pair<std::uint64_t, std::uint64_t>, FirstName> first_names_;
    std::size_t first_names_size_ = 0;  // bytes
};

/// What an open file or directory looks like in an archive, all but its content.
[[nodiscard]] Member member_of(std::string_view path, int fd, const Facts& facts);

}  // namespace jailctl::tree
