#include <algorithm>
#include <fcntl.h>
#include <gmock/gmock.h>

#include "awkward.hpp"
#include "index_archives.hpp"

namespace jailctl::tree::test {
namespace {

using ::testing::HasSubstr;

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
