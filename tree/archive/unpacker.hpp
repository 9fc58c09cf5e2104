#pragma once

#include <cstdint>
#include <optional>

#include "archive/admission.hpp"
#include "archive/index_entry.hpp"
#include "archive/index_reader.hpp"
#include "archive/marker.hpp"
#include "archive/tar_reader.hpp"
#include "archive/tree_writer.hpp"

namespace jailctl::tree {

/// Reads an archive to its very end, applies the rules, and writes what they leave if there is a writer.
class Unpacker {
public:
    /// @param writer  nullptr: only read and check
    Unpacker(Job& job, UnpackRules rules, TreeWriter* writer);
    /// @throws Error damaged: anything at all is wrong with the archive; what was written is then worthless
    void run(int archive);
    /// "entries", "files", "bytes", "skipped", "skipped_total", "marker", "sha256"
    [[nodiscard]] Value result() const;
    /// Names something that stays out for a reason of the disk's or of the one who writes.
    void leave_out(const std::string& path, const std::string& why) { admission_.leave_out(path, why); }
    /// Calls `see` for every member, in order, with the digest of its content. Before run().
    void watch(std::function<void(const IndexEntry&)> see) { see_ = std::move(see); }

    /// One member, by the rules. Part of run(); apart from it only with a writer.
    void take(Member& member, TarReader& reader);
    /// One of those the end marker lists, by the rules: the tar holds none.
    void socket(const Member& socket);

private:
    [[nodiscard]] std::unique_ptr<ByteSource> decoder(int archive, ArchiveFile& file) const;
    [[nodiscard]] std::uint64_t end_of_tar(std::uint64_t size) const;
    void read_to_end(TarReader& reader, ArchiveFile& file);
    void explain_trailer(TarReader& reader, const ArchiveFile& file) const;
    void read_members(TarReader& reader, const ArchiveFile& file);
    void write(const TreeWriter::Components& path, const Member& member, TarReader& reader);
    void link(const TreeWriter::Components& path, const Member& member);
    void read_content(const Member& member, TarReader& reader,
                      const std::function<void(std::uint64_t, std::string_view)>& put);
    void compare_with_marker(TarReader& reader, ArchiveFile& file) const;
    void compare_with_index(const IndexEntry* says, const IndexEntry& found);

    Job& job_;
    UnpackRules rules_;
    Admission admission_;
    TreeWriter* writer_;
    std::optional<Marker> marker_;
    std::optional<IndexReader> index_;
    IndexEntry entry_;  // the current one, if somebody wants to see it
    std::function<void(const IndexEntry&)> see_;
    std::string sha256_;
    std::uint64_t holes_left_ = most_holes;
    std::uint64_t entries_ = 0, files_ = 0, bytes_ = 0, content_ = 0;
};

}  // namespace jailctl::tree
