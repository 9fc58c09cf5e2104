#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/paths.hpp"
#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

using testing::HasSubstr;

std::string errors(const std::string& text) { return texts(resolve_text(text).diagnostics); }
std::string errors_of_jails(const std::string& jails) { return errors("JAIL_HOME=/data\n" + with_jails(jails)); }

TEST(Layout, RootsMayNotMeet) {
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/x/ b:192.0.2.2:/x/"), HasSubstr("the root of b, /x, is that of a"));
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/x/y/ b:192.0.2.2:/x//"),
                HasSubstr("3:20: error: JAILS: the root of a, /x/y, lies in that of b"));
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/x/ b:192.0.2.2:/x/y c:192.0.2.3:/x-y/"),
                HasSubstr("the root of b, /x/y/b, lies in that of a"));
    EXPECT_EQ(errors_of_jails("a:192.0.2.1:/x/ b:192.0.2.2:/x-y/ c:192.0.2.3:/xx/z/"), "");
}

TEST(Layout, NestingIsFoundAcrossNeighboursInOrder) {
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/x/ b:192.0.2.2:/x-1/ c:192.0.2.3:/x.2/ d:192.0.2.4:/x/deep/er/"),
                HasSubstr("the root of d, /x/deep/er, lies in that of a"));
}

TEST(Layout, RootsKeepAwayFromTheHostsDirectories) {
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/data/"), HasSubstr("is JAIL_HOME (/data) itself"));
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/data/addons/"), HasSubstr("is ADDONS (/data/addons) itself"));
    EXPECT_THAT(errors_of_jails("a:192.0.2.1:/data/addons/a"), HasSubstr("lies in ADDONS"));
    EXPECT_THAT(errors("JAIL_HOME=/data/jails\n" + with_jails("a:192.0.2.1:/data/")),
                HasSubstr("contains JAIL_HOME (/data/jails)"));
    EXPECT_THAT(errors("BACKUPDIR=/x/b\n" + with_jails("a:192.0.2.1:/x/")), HasSubstr("contains BACKUPDIR (/x/b)"));
    EXPECT_THAT(errors("STATE_DIR=/x/b\n" + with_jails("a:192.0.2.1:/x/")), HasSubstr("contains STATE_DIR"));
    EXPECT_THAT(errors("RUN_DIR=/x/b\n" + with_jails("a:192.0.2.1:/x/")), HasSubstr("contains RUN_DIR"));
    EXPECT_THAT(errors("LOG_FILE=/x/b\n" + with_jails("a:192.0.2.1:/x/")), HasSubstr("contains LOG_FILE"));
    EXPECT_EQ(errors("BACKUPDIR=/x\n" + with_jails("a:192.0.2.1:/x/a/")), "");
}

TEST(Layout, SystemDirectoriesAreNotForJails) {
    for (const char* path :
         {"/etc/a/", "/usr/bin/a/", "/proc/", "/srv/", "/home/", "/usr/local/", "/dev/shm/a/", "/boot"})
        EXPECT_THAT(errors_of_jails("a:192.0.2.1:" + std::string(path)), HasSubstr("director")) << path;
    for (const char* path :
         {"/srv", "/srv/a/", "/home/jails", "/usr/jails", "/var/jails/a/", "/usr/local/jails", "/mnt"})
        EXPECT_EQ(errors_of_jails("a:192.0.2.1:" + std::string(path)), "") << path;
    for (const char* home : {"/", "/etc", "/usr", "/tmp", "/var", "jails", "/a/../b"})
        EXPECT_THAT(errors("JAIL_HOME=" + std::string(home) + '\n' + with_jails("")),
                    HasSubstr("1:11: error: JAIL_HOME: "))
            << home;
}

TEST(Paths, AreComparedByComponents) {
    EXPECT_EQ(normal_path("//a/./b//"), "/a/b");
    EXPECT_EQ(normal_path("/"), "/");
    EXPECT_TRUE(lies_in("/a/b", "/a"));
    EXPECT_TRUE(lies_in("/a", "/"));
    EXPECT_FALSE(lies_in("/ab", "/a"));
    EXPECT_TRUE(before_in_tree("/a/z", "/a-b"));
    EXPECT_FALSE(path_fault("/a/..b/c.."));
    EXPECT_TRUE(path_fault("/a/.."));
    EXPECT_TRUE(path_fault("/a\x01"));
}

}  // namespace
}  // namespace jailctl::core::config::test
