#pragma once

#include <map>
#include <optional>
#include <system_error>

#include "job.hpp"
#include "archive/socket_list.hpp"
#include "archive/index_writer.hpp"
#include "archive/tar_writer.hpp"
#include "glob.hpp"
#include "look_ahead.hpp"
#include "walk.hpp"

namespace jailctl::tree {

/// A longer file is not stored. What holes cost is small, but not nothing, and a file system may have files of 8 EiB.
inline constexpr std::uint64_t longest_stored_file = std::uint64_t{1} << 48;
/// Holes that may be stored as zeros, because a file has more than a DataMap holds, beyond as much again as these files
/// have data: what a backup costs is bounded by what the tree takes on the disk.
inline constexpr std::uint64_t most_filled = std::uint64_t{16} << 30;
/// The longest path that a restore can make again, in bytes.
inline constexpr std::size_t longest_stored_path = 4095;

/// Is told of each entry that a Packer put into the tar.
class Witness {
public:
    virtual ~Witness() = default;
    /// @param offset  where its headers begin in the tar stream
    /// @param as_it_is  there was nothing to note about it
    virtual void stored(const Entry& entry, std::uint64_t offset, bool as_it_is) = 0;
};

/// Puts a tree into a tar stream and an index as it is met, and names what could not be stored as it was found.
class Packer final : public Visitor {
public:
    struct Counts {
        std::uint64_t entries = 0, files = 0, bytes = 0;
        SocketList sockets;
        std::uint64_t changed = 0;       ///< grew, shrank, vanished or was replaced under the reader
        std::uint64_t unreadable = 0;
        std::uint64_t unrestorable = 0;  ///< a name that no restore could make again
    };
    Packer(Job& job, TarWriter& tar, IndexWriter& index, Excludes excludes);
    [[nodiscard]] bool wants_files_open() const override { return true; }
    Visit visit(const Entry& entry) override;
    void problem(std::string_view path, const std::string& what) override;
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    /// Has the disk read what will be met next: for whoever goes through the whole tree. @param root  borrowed
    void look_ahead(int root) { ahead_.emplace(root, excludes_); }
    /// @param witness  lives as long as this
    void report_to(Witness& witness) noexcept { witness_ = &witness; }

private:
    /// A file with several names that was stored under the first one met.
    struct FirstName {
        std::string path;
        std::uint32_t names_left;
    };
    void store(const Entry& entry);
    void report(const Entry& entry, std::uint64_t entries_before);
    void store_file(const Entry& entry);
    void store_special(const Entry& entry);
    /// @return what the index shall say of it
    IndexEntry begin(const Member& member);
    bool store_link(const Entry& entry);
    void remember(const Entry& entry);
    /// @return false: too many holes, and too long
    bool may_fill(const Member& member);
    /// @return false: the file became shorter, or cannot be read: then read_error_ says why
    bool copy_content(int file, const Member& member);
    bool copy_extent(int file, const Extent& extent);
    void ask_on(int file, std::uint64_t offset);
    /// Data of the file that begins at `offset` in it.
    void content(std::uint64_t offset, const char* bytes, std::size_t size);
    void zeros(std::uint64_t offset, std::uint64_t size);
    void changed(std::string_view path, const std::string& what);

    Job& job_;
    TarWriter& tar_;
    IndexWriter& index_;
    Excludes excludes_;
    Counts counts_;
    Witness* witness_ = nullptr;
    std::error_code read_error_;        // of the current file
    bool noted_ = false;                // something was said of the current entry
    std::uint64_t member_offset_ = 0;   // of the last one begun
    std::string buffer_;
    std::uint64_t fill_left_ = most_filled;
    std::size_t at_hand_ = 0;           // bytes of the current file's beginning that the buffer holds
    std::optional<LookAhead> ahead_;
    bool cold_ = false;                 // the current file was not in memory
    std::uint64_t asked_until_ = 0;     // in the current file: what the disk was asked to read
    ContentDigest digest_{DigestForm::plain};  // of the current file's content
    std::map<std::pair<std::uint64_t, std::uint64_t>, FirstName> first_names_;
    std::size_t first_names_size_ = 0;  // bytes
};

/// As members of a result and of an end marker.
[[nodiscard]] Value to_value(const Packer::Counts& counts);

/// What an open file or directory looks like in an archive, all but its content.
[[nodiscard]] Member member_of(std::string_view path, int fd, const Facts& facts);

}  // namespace jailctl::tree
