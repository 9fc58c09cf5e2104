#pragma once

#include <string>
#include <vector>

#include "archive/aside.hpp"
#include "archive/index_chunk.hpp"
#include "archive/output.hpp"

namespace jailctl::tree {

/// Writes an archive's index beside the tar stream while that is made: chunks of entries (archive/index_chunk.hpp)
/// between the pieces, at the end the table of the pieces. Memory is bounded: for tar.gz by one chunk; a plain tar
/// keeps all chunks until the end, up to 32 MiB, and goes without index beyond that. Member "index" of the end marker:
///   {"format": 1 or 2, "chunks": [[OFFSET, LENGTH, SHA256], ...],
/// "pieces": {"size", "count", "table": [OFFSET, LENGTH, SHA256]} or null}      or   {"omitted": "why"} format
/// 2: it holds digests of the sparse form, which a reader of format 1 would not know; offsets and lengths of the
/// file, digests of what is carried. The table holds for each piece how far it begins behind the one before, as
/// numbers of archive/varint.hpp; a piece ends where the next begins, the last where the table does, which
/// stands before the marker.
class IndexWriter {
public:
    /// @param encoder  of the tar stream; used until finish()
    IndexWriter(Encoder& encoder, Format format) : encoder_(encoder), format_(format) {}
    void add(const IndexEntry& entry);
    /// Before the encoder's finish(): the last chunk.
    void close();
    /// After it: writes the table. @return the marker's member
    [[nodiscard]] Value finish(Output& output);

private:
    void flush();
    [[nodiscard]] Value pieces(Output& output) const;

    Encoder& encoder_;
    Format format_;
    IndexChunk chunk_;
    std::size_t held_ = 0;   // bytes the encoder keeps until its end
    bool omitted_ = false, sparse_ = false;
};

}  // namespace jailctl::tree
