#include "archive/index_chunk.hpp"
#include "archive/index_reader.hpp"
#include "archive/varint.hpp"
#include "archives.hpp"
#include "awkward.hpp"
#include "extents.hpp"
#include "gmock/gmock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>

namespace jailctl::tree::test {
namespace {

using jailctl::test::error_of;
using ::testing::HasSubstr;

IndexEntry file_entry(const std::string& path, std::uint64_t offset) {
    IndexEntry entry;
    entry.path = path;
    entry.kind = Kind::regular;
    entry.mode = 0644;
    entry.uid = 70000;
    entry.size = 12345;
    entry.modified = {-5, 999'999'999};
    entry.offset = offset;
    entry.sha256 = std::string(32, '\xaa');
    return entry;
}

std::vector<IndexEntry> some_entries() {
    IndexEntry link = file_entry("etc/link", 1536);
    link.kind = Kind::symlink;
    link.size = 0;
    link.target = "../a b";
    link.sha256.clear();
    IndexEntry device = link;
    device.path = "dev/sda";
    device.kind = Kind::block;
    device.target.clear();
    device.device_major = 8;
    device.device_minor = 1U << 20;
    device.offset = 2048;
    return {file_entry("etc/lines", 1024), link, device, file_entry("\xff\n", 1 << 30)};
}

std::string chunk_of(const std::vector<IndexEntry>& entries) {
    IndexChunk chunk;
    for (const IndexEntry& entry : entries) chunk.add(entry);
    return chunk.take();
}

TEST(Packed, NumbersOfAllSizesComeBackAndNothingElseIsRead) {
    std::string bytes;
    const std::uint64_t numbers[] = {0, 127, 128, 1ULL << 63, ~0ULL};
    const std::int64_t signs[] = {0, -1, 1, INT64_MIN, INT64_MAX};
    for (const auto number : numbers) put_number(bytes, number);
    for (const auto number : signs) put_signed(bytes, number);
    VarintReader in(bytes);
    for (const auto number : numbers) EXPECT_EQ(in.number(), number);
    for (const auto number : signs) EXPECT_EQ(in.signed_number(), number);
    EXPECT_TRUE(in.empty());
    EXPECT_EQ(code_thrown_by([&] { (void)in.number(); }), Errc::damaged);
    EXPECT_EQ(code_thrown_by([] { (void)VarintReader(std::string(10, '\xff') + "\x01").number(); }), Errc::damaged);
    EXPECT_EQ(code_thrown_by([] { (void)VarintReader("\x05").number(4); }), Errc::damaged);
    EXPECT_EQ(code_thrown_by([] { (void)VarintReader("\x05" "abcd").text(10); }), Errc::damaged);
}

TEST(IndexChunk, GivesBackWhatItWasGiven) {
    EXPECT_EQ(read_chunk(chunk_of(some_entries())), some_entries());
    EXPECT_TRUE(read_chunk(chunk_of({})).empty());
}

TEST(IndexChunk, WhateverTheBytesAreIsReadOrRefused) {
    const std::string whole = chunk_of(some_entries());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(code_thrown_by([&] { (void)read_chunk(whole.substr(0, size)); }), Errc::damaged) << size;
    EXPECT_EQ(code_thrown_by([&] { (void)read_chunk(whole + "x"); }), Errc::damaged);
    for (std::size_t at = 0; at < whole.size() * 8; ++at) {
        std::string odd = whole;
        odd[at / 8] = static_cast<char>(odd[at / 8] ^ (1 << at % 8));
        try {
            EXPECT_LE(read_chunk(odd).size(), 100U);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::damaged) << at;
        }
    }
}

std::string le64(std::uint64_t number) { return {reinterpret_cast<const char*>(&number), sizeof number}; }

std::string sha256(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.finish_raw();
}

/// As archive/index_entry.hpp has it, from the file itself.
std::string digest_of(const fs::path& path, bool sparse) {
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
        marker.document.set("stream", Value::object().set("bytes", std::uint64_t{bytes.size()}).set("sha256", digest(bytes)));
        return bytes + encode_marker(to_json(marker.document), bytes.size(), marker.format);
    }
};

TEST_F(Index, ListsTheTreeAsItIsWithTheDigestsOfItsFiles) {
    build_awkward(tree_);
    for (const char* format : {"tar.gz", "tar.zst", "tar"}) {
        pack(tree_, archive_, Value::object().set("format", format));
        std::size_t files = 0;
        const auto list = entries();
        ASSERT_FALSE(list.empty());
        EXPECT_EQ(list.front().path, "");
        for (const IndexEntry& entry : list) {
            if (!has_content(entry)) continue;
            ++files;
            EXPECT_EQ(digest_of(tree_ / entry.path, entry.sparse), entry.sha256) << entry.path;
        }
        EXPECT_GT(files, 5U);
        EXPECT_EQ(complaint(slurp(archive_)), "") << format;
    }
}

TEST_F(Index, OfManyEntriesStandsInChunksAmongThePieces) {
    for (int i = 0; i < 30000; ++i) spit(tree_ / ("f" + std::to_string(i)), std::to_string(i));
    pack(tree_, archive_);
    const UniqueFd file = opened();
    const Value written = read_marker(file.get())->document["index"];
    ASSERT_GE(written["chunks"].items().size(), 2U);
    EXPECT_LT(written["chunks"].items()[0].items()[0].num(), written["pieces"]["table"].items()[0].num());
    EXPECT_EQ(entries().size(), 30001U);
    EXPECT_EQ(complaint(slurp(archive_)), "");
    const auto swapped = with_marker([](Value& document) {
        Value index = document["index"];
        const auto chunks = index["chunks"].items();
        document.set("index", index.set("chunks", Value::array().push(chunks[1]).push(chunks[0])));
    });
    EXPECT_THAT(complaint(swapped), HasSubstr("index"));
    EXPECT_EQ(jailctl::test::run_command({"tar", "-tzf", archive_.string()}).status, 0);
}

TEST_F(Index, IsComparedInBothDirections) {
    build_small(tree_);
    pack(tree_, archive_);
    EXPECT_EQ(complaint(with_entries([](auto&) {})), "");
    const auto position = [](std::vector<IndexEntry>& list, const std::string& path) {
        return std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.path == path; });
    };
    EXPECT_THAT(complaint(with_entries([&](auto& list) { list.erase(position(list, "dir/file")); })),
                HasSubstr("does not list 'dir/file'"));
    EXPECT_THAT(complaint(with_entries([](auto& list) { list.pop_back(); })), HasSubstr("does not list"));
    EXPECT_THAT(complaint(with_entries([&](auto& list) {
                    IndexEntry more = list.back();
                    more.path = "more";
                    more.offset += 512;
                    list.push_back(more);
                })),
                HasSubstr("lists 'more', which it does not hold"));
    EXPECT_THAT(complaint(with_entries([&](auto& list) { position(list, "dir/file")->sha256[0] ^= 1; })),
                HasSubstr("the digest of 'dir/file'"));
    EXPECT_THAT(complaint(with_entries([&](auto& list) { position(list, "dir/file")->mode ^= 0100; })),
                HasSubstr("the mode of 'dir/file'"));
    EXPECT_THAT(complaint(with_entries([&](auto& list) { position(list, "dir/link")->target = "else"; })),
                HasSubstr("the target of 'dir/link'"));
    EXPECT_THAT(complaint(with_entries([&](auto& list) { position(list, "dir/file")->path = "dir/other"; })),
                HasSubstr("the name of 'dir/file'"));
}

TEST_F(Index, ExtractBelievesTheTarAndCallsAContradictionDamage) {
    build_small(tree_);
    pack(tree_, archive_);
    const auto position = [](std::vector<IndexEntry>& list, const std::string& path) {
        return std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.path == path; });
    };
    const auto extracting = [&](const std::string& bytes) -> std::string {
        spit(scratch_.path() / "changed", bytes);
        const UniqueFd file{::open((scratch_.path() / "changed").c_str(), O_RDONLY | O_CLOEXEC)};
        const Value dir = Value::object().set("paths", Value::array().push("dir"));
        try {
            run_with(actions::extract, other_, dir, {{"archive", file.get()}});
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::damaged);
            EXPECT_TRUE(fs::is_empty(other_)) << "nothing is left of it";
            return error.what();
        }
        return {};
    };
    const auto mode = with_entries([&](auto& list) { position(list, "dir/file")->mode ^= 0100; });
    EXPECT_THAT(extracting(mode), HasSubstr("the mode of 'dir/file'"));
    const auto name = with_entries([&](auto& list) { position(list, "dir/file")->path = "dir/other"; });
    EXPECT_THAT(extracting(name), HasSubstr("the name of 'dir/other'"));
    const auto digest = with_entries([&](auto& list) { position(list, "dir/file")->sha256[0] ^= 1; });
    EXPECT_THAT(extracting(digest), HasSubstr("the digest of 'dir/file'"));
    EXPECT_EQ(extracting(with_entries([](auto&) {})), "");
}

TEST_F(Index, HolesOfAStrangerAreCountedOnlySoFar) {
    spit(tree_ / "a", "x");
    ASSERT_EQ(::truncate((tree_ / "a").c_str(), off_t{300} << 30), 0);
    ASSERT_EQ(jailctl::test::run_command({"tar", "--format=posix", "-S", "-C", tree_.string(), "-cf", archive_.string(), "."})
                  .status, 0);
    const UniqueFd foreign = opened();
    const Value all = Value::object().set("paths", Value::array().push("."));
    run_with(actions::extract, other_, all, {{"archive", foreign.get()}});
    EXPECT_EQ(fs::file_size(other_ / "a"), std::uintmax_t{300} << 30) << "another tool's has no digest, and none is counted";
    fs::remove(other_ / "a");
    pack(tree_, archive_);
    spit(archive_, with_entries([](auto& list) { list.back().sparse = false; }));  // as jailctl did before it knew better
    const UniqueFd old = opened();
    for (const Action action : {Action(actions::extract), Action(actions::check)}) {
        const Error refused = error_of([&] { run_with(action, other_, all, {{"archive", old.get()}}); });
        EXPECT_EQ(refused.code(), Errc::unsupported);
        EXPECT_THAT(refused.what(), HasSubstr("holes of more than 275 GB"));
    }
    EXPECT_TRUE(fs::is_empty(other_));
}

TEST_F(Index, ATerabyteOfHolesCostsNoWork) {
    const UniqueFd all{::open((tree_ / "all").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    const UniqueFd last{::open((tree_ / "end").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    // Counting their zeros would take longer than any test may: that is how this one fails.
    ASSERT_EQ(::ftruncate(all.get(), off_t{8} << 40), 0);
    ASSERT_EQ(::pwrite(last.get(), "end", 3, (off_t{8} << 40) - 3), 3);
    for (const char* format : {"tar.gz", "tar.zst", "tar"}) {
        pack(tree_, archive_, Value::object().set("format", format));
        EXPECT_LT(fs::file_size(archive_), std::uintmax_t{100000});
        EXPECT_EQ(complaint(slurp(archive_)), "") << format;
        const UniqueFd file = opened();
        run_with(actions::extract, other_, Value::object().set("paths", Value::array().push("end")), {{"archive", file.get()}});
        const UniqueFd end{::open((other_ / "end").c_str(), O_RDONLY | O_CLOEXEC)};
        char bytes[3] = {};
        EXPECT_EQ(::pread(end.get(), bytes, 3, (off_t{8} << 40) - 3), 3);
        EXPECT_EQ(std::string_view(bytes, 3), "end");
        EXPECT_LT(status_of(other_ / "end").st_blocks, 100);
        fs::remove(other_ / "end");
    }
}

TEST_F(Index, HolesAreProvenAsContentIs) {
    const UniqueFd file{::open((tree_ / "holes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    for (const off_t at : {1 << 20, 5 << 20}) ASSERT_EQ(::pwrite(file.get(), "data", 4, at), 4);
    pack(tree_, archive_);
    const auto entry = entries().back();
    ASSERT_TRUE(entry.sparse);
    const UniqueFd packed = opened();
    EXPECT_EQ(read_marker(packed.get())->document["index"]["format"].num(), 2) << "an older reader says that it is too old";
    EXPECT_THAT(complaint(with_entries([](auto& list) { list.back().sha256[5] ^= 4; })), HasSubstr("the digest of 'holes'"));
    const auto plainly = [&](std::string digest) {
        return with_entries([&](auto& list) {
            list.back().sparse = false;
            list.back().sha256 = std::move(digest);
        });
    };
    EXPECT_EQ(complaint(plainly(digest_of(tree_ / "holes", false))), "") << "as archives had it before there was this form";
    EXPECT_THAT(complaint(plainly(entry.sha256)), HasSubstr("the digest of 'holes'"));
    // The same data at other places.
    fs::create_directory(tree_ / "../moved");
    const UniqueFd other{::open((tree_ / "../moved/holes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    for (const off_t at : {2 << 20, 5 << 20}) ASSERT_EQ(::pwrite(other.get(), "data", 4, at), 4);
    pack(tree_ / "../moved", archive_);
    EXPECT_NE(entries().back().sha256, entry.sha256);
}

TEST_F(Index, AFileOfImpossibleLengthIsLeftOutAndNamed) {
    ASSERT_EQ(::mount("none", tree_.c_str(), "tmpfs", MS_NOSUID, "size=1m"), 0) << "ext4 has no such files";
    const Lease unmount([this] { ::umount2(tree_.c_str(), MNT_DETACH); });
    const UniqueFd file{::open((tree_ / "endless").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_EQ(::ftruncate(file.get(), (off_t{1} << 48) + 1), 0);
    spit(tree_ / "short", "x");
    const Value packed = pack(tree_, archive_);
    EXPECT_EQ(packed["unrestorable"].num(), 1);
    EXPECT_THAT(to_json(packed["notes"]), HasSubstr("is longer than"));
    EXPECT_EQ(complaint(slurp(archive_)), "");
    EXPECT_EQ(entries().size(), 2U);
}

TEST_F(Index, ATableOfPiecesThatLiesIsDamage) {
    spit(tree_ / "big", std::string(3 << 20, 'z') + std::string(100, 'y'));
    pack(tree_, archive_);
    const auto with_size = [&](std::int64_t size) {
        return with_marker([&](Value& document) {
            Value index = document["index"], pieces = index["pieces"];
            document.set("index", index.set("pieces", pieces.set("size", size)));
        });
    };
    EXPECT_EQ(complaint(with_size(1 << 20)), "");
    for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{1 << 19},
                                    (std::int64_t{1} << 20) - 1, (std::int64_t{1} << 20) + 512, std::int64_t{1} << 40})
        EXPECT_NE(complaint(with_size(size)), "") << size;
    for (const std::int64_t bytes : {0, 1, 512, 1 << 20, 10 << 20})
        EXPECT_NE(complaint(with_marker([&](Value& document) {
            Value tar = document["tar"];
            document.set("tar", tar.set("bytes", bytes));
        })), "") << bytes;
}

TEST_F(Index, AnArchiveOfTheFirstFormatIsReadAsBefore) {
    build_small(tree_);
    pack(tree_, archive_);
    const std::string old = with_marker([&](Value& document) {
        Sha256 hash;
        const fs::path plain = scratch_.path() / "plain";
        jailctl::test::run_command({"sh", "-c", "gzip -dc < " + archive_.string() + " > " + plain.string()});
        const std::string tar = slurp(plain);
        hash.update(tar);
        document.set("format", 1).set("index", Value());
        document.set("tar", Value::object().set("bytes", std::uint64_t{tar.size()}).set("sha256", hash.finish()));
    });
    EXPECT_EQ(complaint(old), "");
    const std::string wrong = with_marker([](Value& document) {
        document.set("format", 1).set("index", Value());
        document.set("tar", document["tar"]).set("tar", Value::object().set("bytes", document["tar"]["bytes"]));
    });
    EXPECT_NE(complaint(wrong), "");
}

}  // namespace
}  // namespace jailctl::tree::test
