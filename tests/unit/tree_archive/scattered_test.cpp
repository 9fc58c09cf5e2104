// Files of very many holes: what they cost is bounded by what they take on the disk.
#include <fcntl.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "archive/archive_writer.hpp"
#include "archives.hpp"
#include "extents.hpp"
#include "gmock/gmock.h"

// In place of libc's: a file of a million extents takes gigabytes where it is real.
namespace {
std::uint64_t stride = 0, extent_size = 0;  // 0: as the file system says
}
extern "C" off_t lseek(int fd, off_t offset, int whence) noexcept {
    if (stride == 0 || (whence != SEEK_DATA && whence != SEEK_HOLE)) return ::syscall(SYS_lseek, fd, offset, whence);
    const auto at = static_cast<std::uint64_t>(offset), begin = at / stride * stride;
    if (whence == SEEK_HOLE) return static_cast<off_t>(at < begin + extent_size ? begin + extent_size : at);
    return static_cast<off_t>(at < begin + extent_size ? at : begin + stride);
}

namespace jailctl::tree::test {
namespace {

using ::testing::HasSubstr;

TEST(DataMap, FillsTheSmallestHolesAndNoMoreThanItHasTo) {
    DataMap map;
    std::uint64_t at = 0, large = 0;
    constexpr std::size_t count = DataMap::most + DataMap::most / 2;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t gap = i % 2 == 0 ? 10 : 1000;
        large += gap == 1000 ? 1 : 0;
        map.add({at, 5});
        at += 5 + gap;
    }
    EXPECT_LE(map.extents().size(), DataMap::most);
    EXPECT_GE(map.extents().size(), DataMap::most - DataMap::most / 8);
    EXPECT_EQ(map.data(), 5 * count);
    std::uint64_t covered = 0;
    for (const Extent& extent : map.extents()) covered += extent.length;
    EXPECT_EQ(covered, map.data() + map.filled());
    EXPECT_EQ(map.filled() % 10, 0U);
    EXPECT_LE(map.filled(), 10 * (count - large)) << "no large one is among them";
}

TEST(DataMap, OfAnEvenFileOnlySomeHolesAreFilled) {
    DataMap map;
    for (std::uint64_t i = 0; i < 10 * DataMap::most; ++i) map.add({i << 20, 1});
    EXPECT_LE(map.extents().size(), DataMap::most);
    EXPECT_GE(map.extents().size(), DataMap::most - DataMap::most / 8);
    EXPECT_EQ(map.extents().front().offset, 0U);
    EXPECT_EQ(map.extents().back().end(), ((10 * DataMap::most - 1) << 20) + 1);
}

class Scattered : public Archives {
protected:
    void SetUp() override {
        Archives::SetUp();
        spit(tree_ / "other", "x");
    }
    void TearDown() override {
        stride = extent_size = 0;
        Archives::TearDown();
    }
    Value pack_scattered(std::uint64_t size, std::uint64_t every, std::uint64_t data) {
        spit(tree_ / "file", "");
        fs::resize_file(tree_ / "file", size);
        stride = every;
        extent_size = data;
        const Value packed = pack(tree_, archive_, Value::object().set("format", "tar").set("level", "fast"));
        stride = 0;
        return packed;
    }
};

TEST_F(Scattered, AMillionHolesOfAMegabyteAreLeftOutAndNamed) {
    const Value packed = pack_scattered(std::uint64_t{1} << 40, 1 << 20, 4096);
    EXPECT_EQ(packed["unrestorable"].num(), 1);
    EXPECT_EQ(packed["files"].num(), 1) << "the other one";
    EXPECT_THAT(to_json(packed["notes"]),
                HasSubstr("has more than 65536 holes, too long to be stored as zeros, and is left out"));
    EXPECT_LT(fs::file_size(archive_), 1U << 20);
}

TEST_F(Scattered, VeryManySmallHolesAreStoredAsZeros) {
    constexpr std::uint64_t count = 3 * DataMap::most, size = count * 1024;
    const Value packed = pack_scattered(size, 1024, 512);
    EXPECT_EQ(packed["unrestorable"].num(), 0) << to_json(packed["notes"]);
    EXPECT_LT(fs::file_size(archive_), size + (4U << 20)) << "its map included";
    unpack(archive_, other_);
    EXPECT_EQ(fs::file_size(other_ / "file"), size);
}

/// An archive of one file, of single bytes 64 KiB apart.
void write_single_bytes(const fs::path& path, std::uint64_t count) {
    const UniqueFd out{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    ArchiveWriter archive(out.get(), Format::tar, Level::fast);
    Member member;
    member.path = "./file";
    member.kind = Kind::regular;
    member.mode = 0600;
    member.sparse = true;
    member.size = count << 16;
    for (std::uint64_t i = 0; i < count; ++i) member.extents.push_back({i << 16, 1});
    archive.tar().begin(member);
    for (std::uint64_t i = 0; i < count; ++i) {
        archive.tar().data("x", 1);
        archive.tar().hole((1 << 16) - 1);
    }
    IndexEntry entry = entry_of(member, 0);
    entry.sha256 = std::string(32, 'x');  // restore does not look at it
    archive.index().add(entry);
    (void)archive.finish(Value::object(), Value::object().set("entries", 1).set("files", 1).set("bytes", member.size));
}

TEST_F(Scattered, SingleBytesCountAsTheBlocksTheyTake) {
    constexpr std::int64_t count = 100, taken = 1 + (count - 1) * 4096;  // at the first byte no hole is known of yet
    write_single_bytes(archive_, count);
    const auto unpack_within = [&](std::int64_t limit) {
        const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
        run_with(actions::unpack, other_, Value::object().set("max_bytes", limit), {{"archive", file.get()}});
    };
    EXPECT_EQ(code_thrown_by([&] { unpack_within(taken - 1); }), Errc::damaged);
    fs::remove(other_ / "file");
    unpack_within(taken);
    EXPECT_EQ(fs::file_size(other_ / "file"), std::uint64_t{count} << 16);
}

}  // namespace
}  // namespace jailctl::tree::test
