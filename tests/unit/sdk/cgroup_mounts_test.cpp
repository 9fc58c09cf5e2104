#include "jailctl/sdk/cgroup_mounts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <utility>

namespace jailctl {
namespace {

TEST(CgroupMounts, FindsBothKindsWhereverTheyAre) {
    const auto mounts = parse_cgroup_mounts(
        "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory\n"
        "36 31 0:33 / /odd\\040place rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
        "37 31 0:33 /docker/x /sys/fs/cgroup/part rw - cgroup cgroup rw,pids\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
        "42 31 0:38 / /second rw,relatime - cgroup2 cgroup2 rw\n");
    ASSERT_TRUE(mounts.unified);
    EXPECT_EQ(mounts.unified->path, "/sys/fs/cgroup/unified");
    ASSERT_NE(mounts.v1_with("memory"), nullptr);
    EXPECT_EQ(mounts.v1_with("memory")->path, "/sys/fs/cgroup/memory");
    ASSERT_NE(mounts.v1_with("cpu"), nullptr);
    EXPECT_EQ(mounts.v1_with("cpu")->path, "/odd place");
    EXPECT_EQ(mounts.v1_with("pids"), nullptr) << "a part of a hierarchy is not the hierarchy";
    EXPECT_EQ(mounts.v1_with("me"), nullptr);
}

TEST(CgroupMounts, NonsenseIsIgnored) {
    for (const char* text : {"", "\n\n", "no dash at all\n", "1 2 3 - cgroup2", "- cgroup2 x y\n"}) {
        const auto mounts = parse_cgroup_mounts(text);
        EXPECT_FALSE(mounts.unified) << text;
        EXPECT_TRUE(mounts.v1.empty()) << text;
    }
    const auto cut_short = parse_cgroup_mounts("1 2 0:1 / /a\\04 rw - cgroup2 c rw");
    ASSERT_TRUE(cut_short.unified);
    EXPECT_EQ(cut_short.unified->path, "/a\\04") << "half an escape is taken as it stands";
}

TEST(CgroupMounts, TheUsualPlaceIsNotTakenForAnother) {
    const auto& table = cgroup_mounts();
    const std::string path = unified_path();
    ASSERT_EQ(path.empty(), !table.unified);
    if (path.empty() || path == table.unified->path) return;
    struct stat one{}, other{};  // mounted at several places: the same root then
    ASSERT_EQ(::stat(path.c_str(), &one), 0);
    ASSERT_EQ(::stat(table.unified->path.c_str(), &other), 0);
    EXPECT_EQ(std::pair(one.st_dev, one.st_ino), std::pair(other.st_dev, other.st_ino));
}

}  // namespace
}  // namespace jailctl
