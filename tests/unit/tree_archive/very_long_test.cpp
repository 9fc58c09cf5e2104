// A file that is longer than ext4 has any, and mostly hole: it must cost what it takes on the disk.
#include <fcntl.h>
#include <sys/mount.h>

#include "two_passes.hpp"

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree::test {
namespace {

constexpr off_t size = off_t{20} << 40, last = size - 3;

class VeryLong : public TwoPasses, public ::testing::WithParamInterface<const char*> {
protected:
    void SetUp() override {
        TwoPasses::SetUp();
        for (const fs::path& place : {tree_, other_})
            ASSERT_EQ(::mount("none", place.c_str(), "tmpfs", MS_NOSUID, "size=1m"), 0);
        const UniqueFd file{::open((tree_ / "long").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
        ASSERT_EQ(::ftruncate(file.get(), size), 0);
        ASSERT_EQ(::pwrite(file.get(), "begin", 5, 0), 5);
        ASSERT_EQ(::pwrite(file.get(), "end", 3, last), 3);
    }
    void TearDown() override {
        for (const fs::path& place : {tree_, other_}) ::umount2(place.c_str(), MNT_DETACH);
        TwoPasses::TearDown();
    }
    /// What came out of the archive is that file, takes no more room than it, and is gone afterwards.
    void expect_the_file() {
        const UniqueFd file{::open((other_ / "long").c_str(), O_RDONLY | O_CLOEXEC)};
        ASSERT_TRUE(file);
        const struct stat facts = status_of(other_ / "long");
        EXPECT_EQ(facts.st_size, size);
        EXPECT_LE(facts.st_blocks, 16);
        std::string begin(5, '\0'), end(3, '\0');
        EXPECT_EQ(::pread(file.get(), begin.data(), begin.size(), 0), 5);
        EXPECT_EQ(::pread(file.get(), end.data(), end.size(), last), 3);
        EXPECT_EQ(begin + end, "beginend");
        fs::remove(other_ / "long");
    }
    void expect_a_good_archive() {
        for (const bool trusted : {true, false}) {
            const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
            const std::vector<std::pair<std::string, int>> archive{{"archive", file.get()}};
            EXPECT_NO_THROW(
                run_with(actions::check, scratch_.path(), Value::object().set("trusted", trusted), archive));
            run_with(actions::extract, other_,
                     Value::object().set("trusted", trusted).set("paths", Value::array().push("long")), archive);
            expect_the_file();
            ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
            unpack(archive_, other_, trusted);
            expect_the_file();
        }
    }
};

TEST_P(VeryLong, GoesIntoAnArchiveAndOutOfIt) {
    pack(tree_, archive_, Value::object().set("format", GetParam()));
    EXPECT_LT(fs::file_size(archive_), 1U << 20);
    expect_a_good_archive();
}

TEST_P(VeryLong, GoesThroughTwoPasses) {
    live();
    finish(GetParam());
    expect_a_good_archive();
}

INSTANTIATE_TEST_SUITE_P(Formats, VeryLong, ::testing::Values("tar", "tar.gz", "tar.zst"),
                         [](const auto& one) { return without_dot(one.param); });

}  // namespace
}  // namespace jailctl::tree::test
