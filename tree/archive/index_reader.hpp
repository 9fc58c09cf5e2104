#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "archive/aside.hpp"
#include "archive/index_entry.hpp"

namespace jailctl::tree {

/// How an archive is cut into pieces that can be decoded each by itself.
struct PieceTable {
    std::size_t size = 0;                 ///< bytes of the tar stream in each, all but the last
    std::uint64_t tar_bytes = 0;          ///< of the whole stream
    std::uint64_t end = 0;                ///< where the last one ends in the file
    std::vector<std::uint64_t> offsets;   ///< where each begins in the file

    [[nodiscard]] std::uint64_t end_of(std::size_t piece) const {
        return piece + 1 < offsets.size() ? offsets[piece + 1] : end;
    }
    [[nodiscard]] std::size_t content_of(std::size_t piece) const {
        return piece + 1 < offsets.size() ? size : static_cast<std::size_t>(tar_bytes - size * piece);
    }
};

/// Reads the index of an archive. A stranger may have written it: all bounds are checked, and what it says is a claim
/// until the tar has been compared with it.
class IndexReader {
public:
    /// @return nothing if the marker tells of none @throws Error damaged; unsupported: a newer format
    [[nodiscard]] static std::optional<IndexReader> open(int file, const Marker& marker);
    /// The next entry in the order of the tar, valid until the next call; nullptr at the end. @throws Error damaged, io
    [[nodiscard]] const IndexEntry* next();
    /// Begins anew.
    void rewind() noexcept;

private:
    IndexReader(int file, Format format) : file_(file), format_(format) {}
    void require_order() const;

    int file_;
    Format format_;
    std::uint64_t tar_bytes_ = 0;
    std::vector<AsidePlace> places_;
    std::vector<IndexEntry> entries_;     // of the current chunk
    std::size_t next_place_ = 0, next_entry_ = 0;
    std::uint64_t next_offset_ = 0;       // the next entry begins there or behind
};

/// The table of pieces of an archive, nothing if its marker tells of none. @throws Error damaged
[[nodiscard]] std::optional<PieceTable> read_pieces(int file, const Marker& marker);

/// Bytes of the tar stream, as the marker says. @throws Error damaged: it does not say
[[nodiscard]] std::uint64_t tar_bytes_of(const Marker& marker);

}  // namespace jailctl::tree
