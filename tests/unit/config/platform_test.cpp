// The table of a system: linux/platform.cpp, and freebsd/platform.cpp, which no build for FreeBSD has used yet.
#include <gtest/gtest.h>

#include <set>

#include "config/paths.hpp"

namespace jailctl::core::config {
namespace {

TEST(Platform, ItsTreesAreNormalAbsolutePathsEachOnce) {
    std::set<std::string_view> seen;
    for (const auto tree : platform::system_trees()) {
        EXPECT_EQ(path_fault(tree), std::nullopt) << tree;
        EXPECT_EQ(normal_path(tree), tree);
        EXPECT_TRUE(seen.insert(tree).second) << tree;
    }
}

TEST(Platform, TheSystemIsKeptAndTheDefaultsOfTheManualAreFree) {
    for (const char* path :
         {"/bin", "/dev/null", "/etc/ssh", "/sbin", "/usr/bin/env", "/usr/lib", "/usr/share/man", "/var/run"})
        EXPECT_NE(system_tree_of(path), "") << path;
    for (const char* path : {"/usr/local/jails", "/data/yoshi", "/home/jails", "/usr/jails", "/var/jails"})
        EXPECT_EQ(system_tree_of(path), "") << path;
    EXPECT_EQ(system_tree_of(platform::state_dir()), "");
}

TEST(Platform, ItsOwnDirectoriesAreAbsolute) {
    for (const auto path : {platform::state_dir(), platform::run_dir()}) {
        EXPECT_EQ(path_fault(path), std::nullopt);
        EXPECT_EQ(normal_path(path), path);
    }
}

}  // namespace
}  // namespace jailctl::core::config
