#include <linux/fs.h>

#include "trees.hpp"

namespace jailctl::tree::test {

/// tree_ is the copy of the system, other_ the fresh base.
class Merge : public TreeActions {
protected:
    Value merge() {
        Value keep = Value::array();
        for (const char* directory : {"var", "home", "root", "usr/local", "srv"}) keep.push(directory);
        return run(&actions::merge, tree_, Value::object().set("keep_new_only", std::move(keep)), other_);
    }
};

TEST_F(Merge, ReplacesTheSystemAndKeepsWhatTheBaseDoesNotHave) {
    fs::create_directories(tree_ / "usr/bin");
    fs::create_directories(other_ / "usr/bin");
    fs::create_directories(other_ / "opt/new");
    spit(tree_ / "usr/bin/tool", "old");
    spit(tree_ / "usr/bin/site-tool", "site");
    spit(other_ / "usr/bin/tool", "new", 0755);
    spit(other_ / "opt/new/file", "new");
    ASSERT_EQ(::chmod((other_ / "usr").c_str(), 0711), 0);
    ASSERT_EQ(::chmod(other_.c_str(), 0700), 0);
    const Value result = merge();
    EXPECT_EQ(slurp(tree_ / "usr/bin/tool"), "new");
    EXPECT_EQ(status_of(tree_ / "usr/bin/tool").st_mode & 07777U, 0755U);
    EXPECT_EQ(slurp(tree_ / "usr/bin/site-tool"), "site");
    EXPECT_EQ(slurp(tree_ / "opt/new/file"), "new");
    EXPECT_EQ(status_of(tree_ / "usr").st_mode & 07777U, 0711U);
    EXPECT_EQ(status_of(tree_).st_mode & 07777U, 0755U) << "the root keeps its own";
    EXPECT_EQ(result["replaced"].num(), 1);
    EXPECT_EQ(result["added"].num(), 3);
}

TEST_F(Merge, DataDirectoriesOnlyGainWhatIsMissing) {
    for (const char* directory : {"var/lib", "root", "usr/local/bin", "home", "srv"}) {
        fs::create_directories(tree_ / directory);
        fs::create_directories(other_ / directory);
        spit(tree_ / directory / "both", "site");
        spit(other_ / directory / "both", "base");
        spit(other_ / directory / "new", "base");
        ASSERT_EQ(::chmod((tree_ / directory).c_str(), 0700), 0);
    }
    const Value result = merge();
    for (const char* directory : {"var/lib", "root", "usr/local/bin", "home", "srv"}) {
        EXPECT_EQ(slurp(tree_ / directory / "both"), "site") << directory;
        EXPECT_EQ(slurp(tree_ / directory / "new"), "base") << directory;
        EXPECT_EQ(status_of(tree_ / directory).st_mode & 07777U, 0700U) << directory;
    }
    EXPECT_EQ(result["kept"].num(), 5);
}

TEST_F(Merge, AHardLinkedBaseStaysHardLinked) {
    fs::create_directories(other_ / "bin");
    spit(other_ / "bin/busybox", "box");
    fs::create_hard_link(other_ / "bin/busybox", other_ / "bin/ls");
    fs::create_directories(tree_ / "bin");
    spit(tree_ / "bin/busybox", "old");
    (void)merge();
    EXPECT_EQ(status_of(tree_ / "bin/ls").st_ino, status_of(tree_ / "bin/busybox").st_ino);
    EXPECT_EQ(slurp(tree_ / "bin/ls"), "box");
}

TEST_F(Merge, LinksOfTheSystemAreReplacedOrKeptButNeverFollowed) {
    fs::create_symlink(outside_ / "precious", tree_ / "file");
    fs::create_symlink(outside_, tree_ / "empty");
    fs::create_symlink(outside_, tree_ / "var");
    spit(other_ / "file", "base");
    fs::create_directory(other_ / "empty");
    fs::create_directories(other_ / "var/log");
    spit(other_ / "var/precious", "base");
    (void)merge();
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_EQ(slurp(tree_ / "file"), "base");
    EXPECT_TRUE(fs::is_symlink(tree_ / "empty"));
    EXPECT_TRUE(fs::is_symlink(tree_ / "var"));
    EXPECT_FALSE(stands(outside_ / "log"));
}

TEST_F(Merge, ALinkWhereTheBaseHasAFullDirectoryIsRefused) {
    fs::create_symlink(outside_, tree_ / "lib");
    fs::create_directory(other_ / "lib");
    spit(other_ / "lib/precious", "base");
    EXPECT_EQ(code_thrown_by([&] { (void)merge(); }), Errc::exists);
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(Merge, ADirectoryWhereTheBaseHasALinkIsReplacedOnlyIfEmpty) {
    fs::create_directory(tree_ / "a");
    fs::create_symlink("usr/a", other_ / "a");
    (void)merge();
    EXPECT_TRUE(fs::is_symlink(tree_ / "a"));
    fs::create_directories(tree_ / "b/full");
    fs::create_symlink("usr/b", other_ / "b");
    EXPECT_EQ(code_thrown_by([&] { (void)merge(); }), Errc::exists);
}

TEST_F(Merge, ImmutableFilesAndDirectoriesAreReplacedAndLocksOfDirectoriesKept) {
    fs::create_directories(tree_ / "var/locked");
    fs::create_directories(other_ / "var/locked");
    spit(tree_ / "file", "old");
    spit(other_ / "file", "new");
    spit(other_ / "var/locked/added", "new");
    set_file_flags(tree_ / "file", FS_IMMUTABLE_FL);
    set_file_flags(tree_ / "var/locked", FS_IMMUTABLE_FL);
    (void)merge();
    EXPECT_EQ(slurp(tree_ / "file"), "new");
    EXPECT_EQ(slurp(tree_ / "var/locked/added"), "new");
    EXPECT_TRUE(file_flags(tree_ / "var/locked") & FS_IMMUTABLE_FL);
}

TEST_F(Merge, ADeepBase) {
    make_deep(other_, 10000);
    make_deep(tree_, 20);
    (void)merge();
    EXPECT_EQ(depth_of(tree_), 10000);
    (void)run(&actions::remove, tree_);
    (void)run(&actions::remove, other_);
}

}  // namespace jailctl::tree::test
