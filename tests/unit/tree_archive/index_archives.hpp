#pragma once

#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "archive/index_chunk.hpp"
#include "archive/index_reader.hpp"
#include "archives.hpp"
#include "extents.hpp"

namespace jailctl::tree::test {

inline std::string chunk_of(const std::vector<IndexEntry>& entries) {
    IndexChunk chunk;
    for (const IndexEntry& entry : entries) chunk.add(entry);
    return chunk.take();
}

inline std::string le64(std::uint64_t number) { return {reinterpret_cast<const char*>(&number), sizeof number}; }

inline std::string sha256(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.finish_raw();
}

/// As archive/index_entry.hpp has it, from the file itself.
inline std::string digest_of(const fs::path& path, bool sparse) {
    const std::string content = slurp(path);
    if (!sparse) return sha256(content);
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::string map, data;
    each_extent(file.get(), content.size(), [&](const Extent& extent) {
        map += le64(extent.offset) + le64(extent.length);
        data += content.substr(extent.offset, extent.length);
    });
    return sha256("jailctl sparse 1\n" + le64(content.size()) + sha256(map) + sha256(data));
}

/// Archives whose index is read, and altered with all that vouches for it right again.
class Index : public Archives {
protected:
    UniqueFd opened() { return UniqueFd{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)}; }
    std::vector<IndexEntry> entries() {
        const UniqueFd file = opened();
        auto reader = IndexReader::open(file.get(), *read_marker(file.get()));
        std::vector<IndexEntry> found;
        while (const IndexEntry* entry = reader->next()) found.push_back(*entry);
        return found;
    }
    /// The archive with its marker's document changed and the marker itself right again.
    std::string with_marker(const std::function<void(Value&)>& change) {
        const UniqueFd file = opened();
        Marker marker = *read_marker(file.get());
        change(marker.document);
        return slurp(archive_).substr(0, marker.offset) +
               encode_marker(to_json(marker.document), marker.offset, marker.format);
    }
    std::string complaint(const std::string& bytes) {
        const UniqueFd file{::memfd_create("archive", MFD_CLOEXEC)};
        EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        try {
            run_with(actions::check, scratch_.path(), Value::object(), {{"archive", file.get()}});
            return {};
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::damaged);
            return error.what();
        }
    }
    /// An index of this archive that says something else: written behind the tar, all digests of the file right.
    std::string with_entries(const std::function<void(std::vector<IndexEntry>&)>& change) {
        std::vector<IndexEntry> list = entries();
        change(list);
        const UniqueFd file = opened();
        Marker marker = *read_marker(file.get());
        const auto table = marker.document["index"]["pieces"]["table"].items();
        const auto at = static_cast<std::uint64_t>(table[0].num());
        const std::string chunk = chunk_of(list), wrapped = wrapped_aside(chunk, marker.format, at);
        std::string bytes = slurp(archive_).substr(0, at) + wrapped;
        const std::uint64_t table_at = bytes.size();
        bytes += slurp(archive_).substr(at, static_cast<std::size_t>(table[1].num()));
        const auto digest = [](std::string_view text) {
            Sha256 hash;
            hash.update(text);
            return hash.finish();
        };
        Value index = marker.document["index"], pieces = index["pieces"];
        pieces.set("table", Value::array().push(table_at).push(table[1]).push(table[2]));
        index.set("pieces", pieces);
        index.set("chunks", Value::array().push(
                                Value::array().push(at).push(std::uint64_t{wrapped.size()}).push(digest(chunk))));
        marker.document.set("index", index);
        marker.document.set("stream",
                            Value::object().set("bytes", std::uint64_t{bytes.size()}).set("sha256", digest(bytes)));
        return bytes + encode_marker(to_json(marker.document), bytes.size(), marker.format);
    }
};

}  // namespace jailctl::tree::test
