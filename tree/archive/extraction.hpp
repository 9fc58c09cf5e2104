#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/unpacker.hpp"
#include "archive/selection.hpp"

namespace jailctl::tree {

/// Takes single files and directories out of an archive. With an index only the pieces that hold them are read; without
/// one the archive is read and checked whole first, then once more. What the index says is a claim: the headers
/// found in the tar decide, and both must agree, digests included.
class Extraction {
public:
    /// @param rules  for what is written; @throws Error damaged, unsupported
    Extraction(Job& job, int archive, UnpackRules rules);
    /// Makes what `paths` name below the directory `root`; what was begun is removed if anything fails.
    /// @throws Error not_found: not in the archive; exists: stands there already; damaged
    void to_directory(int root, std::vector<std::string> paths);
    /// Writes the content of one regular file. @throws Error invalid: it is none
    void to_descriptor(int out, const std::string& path);
    /// "entries", "files", "bytes", "skipped", "skipped_total", "sha256" of the archive or ""
    [[nodiscard]] Value result() const { return unpacker_->result(); }

private:
    using Take = std::function<void(TarReader&, Member&, const Wanted&)>;
    [[nodiscard]] std::vector<Wanted> select(Selection& selection);
    void read(const std::vector<Wanted>& wanted, const Take& take);
    void read_run(const Wanted* first, const Wanted* last, const Take& take);
    [[nodiscard]] std::unique_ptr<ByteSource> source(std::uint64_t begin, std::uint64_t end);
    void write(TarReader& reader, Member& member, const Wanted& wanted);
    void look_at_all(const std::function<void(const IndexEntry&)>& see);

    Job& job_;
    int archive_;
    UnpackRules rules_;
    std::optional<Marker> marker_;
    std::optional<IndexReader> index_;
    std::optional<PieceTable> pieces_;
    std::optional<Unpacker> unpacker_;
    std::vector<Member> sockets_;  // that are asked for: the tar holds none
    std::optional<ArchiveFile> file_;
    std::string digest_;  // of the content just written
};

/// Calls `see` for every entry of an archive: by its index, else by reading all of it.
/// @param any_holes  as in UnpackRules
void list_contents(Job& job, int archive, const std::function<void(const IndexEntry&)>& see, bool any_holes = false);

}  // namespace jailctl::tree
