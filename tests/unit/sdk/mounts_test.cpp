#include "jailctl/sdk/mounts.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Mounts, AreThoseAtAndBelowADirectory) {
    const char* table =
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:5 / /data/jails/a.test/proc rw,nosuid shared:7 - proc proc rw\n"
        "31 22 8:2 / /data/jails/a.test rw - ext4 /dev/sda2 rw\n"
        "32 22 8:2 / /data/jails/a.tests rw - ext4 /dev/sda2 rw\n"
        "33 22 8:2 / /data rw - ext4 /dev/sda2 rw";
    EXPECT_THAT(mounts_in(table, "/data/jails/a.test"), ElementsAre("/data/jails/a.test/proc", "/data/jails/a.test"));
    EXPECT_THAT(mounts_in(table, "/data/jails/b.test"), IsEmpty());
    EXPECT_THAT(mounts_in("", "/data"), IsEmpty());
    EXPECT_THAT(mounts_in("broken line\n", "/data"), IsEmpty());
}

TEST(Mounts, NamesWithBlanksAreReadAsTheyAre) {
    EXPECT_THAT(mounts_in("30 22 0:5 / /my\\040jails/a\\134b/x rw - proc proc rw\n", "/my jails/a\\b"),
                ElementsAre("/my jails/a\\b/x"));
}

TEST(Mounts, KnowWhatIsMountedAndAsWhat) {
    const auto mounts = parse_mounts(
        "34 25 0:30 /part /sys/fs/c\\040g rw,nosuid shared:8 master:1 - cgroup cgroup rw,cpu,cpuacct\n"
        "no line of it\n"
        "35 25 0:31 / /unified rw - cgroup2 cgroup2 rw");
    ASSERT_EQ(mounts.size(), 2U);
    EXPECT_EQ(mounts[0].root, "/part");
    EXPECT_EQ(mounts[0].point, "/sys/fs/c g");
    EXPECT_EQ(mounts[0].type, "cgroup");
    EXPECT_EQ(mounts[0].options, "rw,cpu,cpuacct");
    EXPECT_EQ(mounts[0].id, 34U);
    EXPECT_EQ(mounts[0].source, "cgroup");
    EXPECT_EQ(mounts[1].type, "cgroup2");
    EXPECT_EQ(current_mounts().front().point.front(), '/');
}

TEST(Mounts, TellWhereADirectoryStandsInItsFileSystem) {
    const UniqueFd top{::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)},
        below{::open("/proc/1", O_PATH | O_CLOEXEC)};
    const auto standing = standing_of(top.get());
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->mount.type, "proc");
    EXPECT_EQ(standing->mount.point, "/proc");
    EXPECT_EQ(standing->path, standing->mount.root);
    ASSERT_TRUE(standing_of(below.get()));
    EXPECT_EQ(standing_of(below.get())->path, (standing->path == "/" ? "" : standing->path) + "/1");
    EXPECT_EQ(standing_of(below.get())->mount.id, standing->mount.id);
}

}  // namespace jailctl
