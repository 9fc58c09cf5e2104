#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>

#include "index_archives.hpp"

namespace jailctl::tree::test {
namespace {

using jailctl::test::error_of;
using ::testing::HasSubstr;
using IndexOfHoles = Index;

TEST_F(IndexOfHoles, HolesOfAStrangerAreCountedOnlySoFar) {
    spit(tree_ / "a", "x");
    ASSERT_EQ(::truncate((tree_ / "a").c_str(), off_t{300} << 30), 0);
    ASSERT_EQ(jailctl::test::run_command(
                  {"tar", "--format=posix", "-S", "-C", tree_.string(), "-cf", archive_.string(), "."})
                  .status,
              0);
    const UniqueFd foreign = opened();
    const Value all = Value::object().set("paths", Value::array().push("."));
    run_with(actions::extract, other_, all, {{"archive", foreign.get()}});
    EXPECT_EQ(fs::file_size(other_ / "a"), std::uintmax_t{300} << 30)
        << "another tool's has no digest, and none is counted";
    fs::remove(other_ / "a");
    pack(tree_, archive_);
    // As jailctl did before it knew better.
    spit(archive_, with_entries([](auto& list) { list.back().sparse = false; }));
    const UniqueFd old = opened();
    for (const Action action : {Action(actions::extract), Action(actions::check)}) {
        const Error refused = error_of([&] { run_with(action, other_, all, {{"archive", old.get()}}); });
        EXPECT_EQ(refused.code(), Errc::unsupported);
        EXPECT_THAT(refused.what(), HasSubstr("holes of more than 275 GB"));
    }
    EXPECT_TRUE(fs::is_empty(other_));
}

TEST_F(IndexOfHoles, ATerabyteOfHolesCostsNoWork) {
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
        run_with(actions::extract, other_, Value::object().set("paths", Value::array().push("end")),
                 {{"archive", file.get()}});
        const UniqueFd end{::open((other_ / "end").c_str(), O_RDONLY | O_CLOEXEC)};
        char bytes[3] = {};
        EXPECT_EQ(::pread(end.get(), bytes, 3, (off_t{8} << 40) - 3), 3);
        EXPECT_EQ(std::string_view(bytes, 3), "end");
        EXPECT_LT(status_of(other_ / "end").st_blocks, 100);
        fs::remove(other_ / "end");
    }
}

TEST_F(IndexOfHoles, HolesAreProvenAsContentIs) {
    const UniqueFd file{::open((tree_ / "holes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    for (const off_t at : {1 << 20, 5 << 20}) ASSERT_EQ(::pwrite(file.get(), "data", 4, at), 4);
    pack(tree_, archive_);
    const auto entry = entries().back();
    ASSERT_TRUE(entry.sparse);
    const UniqueFd packed = opened();
    EXPECT_EQ(read_marker(packed.get())->document["index"]["format"].num(), 2)
        << "an older reader says that it is too old";
    EXPECT_THAT(complaint(with_entries([](auto& list) { list.back().sha256[5] ^= 4; })),
                HasSubstr("the digest of 'holes'"));
    const auto plainly = [&](std::string digest) {
        return with_entries([&](auto& list) {
            list.back().sparse = false;
            list.back().sha256 = std::move(digest);
        });
    };
    EXPECT_EQ(complaint(plainly(digest_of(tree_ / "holes", false))), "")
        << "as archives had it before there was this form";
    EXPECT_THAT(complaint(plainly(entry.sha256)), HasSubstr("the digest of 'holes'"));
    // The same data at other places.
    fs::create_directory(tree_ / "../moved");
    const UniqueFd other{::open((tree_ / "../moved/holes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    for (const off_t at : {2 << 20, 5 << 20}) ASSERT_EQ(::pwrite(other.get(), "data", 4, at), 4);
    pack(tree_ / "../moved", archive_);
    EXPECT_NE(entries().back().sha256, entry.sha256);
}

TEST_F(IndexOfHoles, AFileOfImpossibleLengthIsLeftOutAndNamed) {
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

}  // namespace
}  // namespace jailctl::tree::test
