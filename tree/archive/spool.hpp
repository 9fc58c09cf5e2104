#pragma once

#include <memory>
#include <optional>

#include "archive/index_reader.hpp"
#include "archive/source.hpp"
#include "archive/tar_writer.hpp"

namespace jailctl::tree {

/// A tar.zst of jailctl's that is read once, entry by entry, to become part of another archive. Its room on disk is
/// given back while it is read.
class Spool {
public:
    /// @param end  where its last entry ends in the tar @throws Error damaged, io
    Spool(int file, std::uint64_t end);
    /// The entry that comes next; nullptr at the end.
    [[nodiscard]] const IndexEntry* current() const noexcept { return current_ ? &*current_ : nullptr; }
    /// Passes over the current entry, or hands its bytes over.
    void skip() { advance(nullptr); }
    void copy_to(TarWriter& tar) { advance(&tar); }

private:
    void advance(TarWriter* tar);
    void step();
    void give_back();

    int fd_;
    ArchiveFile file_;
    std::unique_ptr<ByteSource> tar_;
    std::optional<IndexReader> index_;
    std::optional<IndexEntry> current_, next_;
    std::uint64_t end_, position_ = 0, given_back_ = 0;
    std::string_view rest_;
};

}  // namespace jailctl::tree
