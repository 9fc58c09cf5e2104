#include "archive/index_chunk.hpp"
#include "archive/varint.hpp"
#include "index_archives.hpp"

namespace jailctl::tree::test {
namespace {

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

}  // namespace
}  // namespace jailctl::tree::test
