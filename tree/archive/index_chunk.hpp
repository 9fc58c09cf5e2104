#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "archive/index_entry.hpp"

namespace jailctl::tree {

/// A part of an archive's index that is read without the others: the entries that were met one after the other, up
/// to about 1 MiB of them. Layout: number of entries, length of the records, length of the deflated records, these
/// (RFC 1951), then the digests of the regular files, 32 bytes each: they do not shrink, and a search by name does
/// not need them. A record is kind (bit 7: hard link; bit 6: the digest is of the sparse form,
/// archive/index_entry.hpp), how much of the path is that of the record before, the rest of the path, mode, uid,
/// gid, seconds, nanoseconds, blocks of 512 since the record before, then size, device numbers or target, as the
/// kind has them. Numbers as in archive/varint.hpp.
class IndexChunk {
public:
    void add(const IndexEntry& entry);
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] bool full() const noexcept;
    /// The chunk's bytes; empty afterwards, for the next one.
    [[nodiscard]] std::string take();

private:
    std::string records_, digests_, last_path_;
    std::uint64_t last_offset_ = 0;
    std::size_t count_ = 0;
};

/// The entries of a chunk; a stranger may have made it. @throws Error damaged
[[nodiscard]] std::vector<IndexEntry> read_chunk(std::string_view chunk);

}  // namespace jailctl::tree
