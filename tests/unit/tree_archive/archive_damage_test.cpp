#include "archive/index_reader.hpp"
#include "archive/marker.hpp"
#include "archives.hpp"

#include <fcntl.h>

namespace jailctl::tree::test {
namespace {

class Damage : public Archives, public ::testing::WithParamInterface<const char*> {
protected:
    std::string small_archive() {
        build_small(tree_);
        pack(tree_, archive_, Value::object().set("format", GetParam()));
        return slurp(archive_);
    }
    /// Where the last piece of the tar ends: what stands behind it are index and end marker.
    std::uint64_t tar_end() {
        const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
        const auto marker = read_marker(file.get());
        if (marker->format == Format::tar) return tar_bytes_of(*marker);
        const auto& index = marker->document["index"];
        return static_cast<std::uint64_t>(index["chunks"].items().at(0).items().at(0).num());
    }
    std::uint64_t marker_offset() {
        const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
        return read_marker(file.get())->offset;
    }
};

TEST_P(Damage, EveryTruncationIsNoticed) {
    const std::string whole = small_archive();
    EXPECT_EQ(refusal(whole), std::nullopt);
    const std::size_t step = whole.size() > 5000 ? 64 : 1;
    for (std::size_t size = 0; size < whole.size(); size += step) {
        if (size == tar_end()) continue;
        EXPECT_EQ(refusal(whole.substr(0, size)), Errc::damaged) << "cut to " << size << " of " << whole.size();
    }
    EXPECT_EQ(refusal(whole.substr(0, marker_offset())), Errc::damaged)
        << "cut where every other tool sees a whole archive";
    EXPECT_EQ(refusal(whole.substr(0, tar_end())), std::nullopt)
        << "the tar is whole: without its index, as another tool that compresses it anew leaves it";
}

TEST_P(Damage, EveryFlippedByteIsNoticed) {
    const std::string whole = small_archive();
    for (std::size_t at = 0; at < whole.size(); at += whole.size() > 5000 ? 7 : 1) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
        EXPECT_TRUE(refusal(damaged).has_value()) << "byte " << at << " of " << whole.size();
    }
}

TEST_P(Damage, SomethingBehindTheEndIsRefused) {
    const std::string whole = small_archive();
    EXPECT_TRUE(refusal(whole + "x").has_value());
    EXPECT_TRUE(refusal(whole + whole).has_value());
    EXPECT_TRUE(refusal(whole + std::string(512, '\0')).has_value());
}

INSTANTIATE_TEST_SUITE_P(Formats, Damage, ::testing::Values("tar.gz", "tar.zst", "tar"),
                         [](const auto& one) { return without_dot(one.param); });

TEST_F(Archives, ACutBetweenMembersPassesGzipAndNotUs) {
    spit(tree_ / "big", std::string(5 << 20, 'z'));
    pack(tree_, archive_);
    const std::string whole = slurp(archive_);
    std::vector<std::size_t> members;
    const std::string start("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    for (std::size_t at = whole.find(start, 1); at != std::string::npos; at = whole.find(start, at + 1))
        members.push_back(at);
    ASSERT_GE(members.size(), 4U);
    for (const std::size_t at : members) {
        spit(archive_, whole.substr(0, at));
        EXPECT_EQ(jailctl::test::run_command({"sh", "-c", "gzip -t < " + archive_.string()}).status, 0) << at;
        EXPECT_EQ(refusal(whole.substr(0, at)), Errc::damaged) << at;
    }
}

TEST_F(Archives, WhatIsNoArchiveIsRefused) {
    for (const std::string& bytes :
         {std::string(), std::string("hello"), std::string(4096, 'x'), std::string("\x1f\x8b\x08"), std::string("BZh9"),
          std::string("\xfd"
                      "7zXZ\0",
                      6),
          std::string("\x28\xb5\x2f\xfd", 4)})
        EXPECT_EQ(refusal(bytes), Errc::damaged) << bytes.substr(0, 6);
    EXPECT_EQ(refusal(std::string(512, '\0')), Errc::damaged) << "one zero block is no end";
    EXPECT_EQ(code_thrown_by([&] { check("/dev/null"); }), Errc::invalid);
}

}  // namespace
}  // namespace jailctl::tree::test
