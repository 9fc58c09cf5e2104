#include <fcntl.h>
#include <linux/fs.h>
#include <sys/sysmacros.h>

#include "trees.hpp"

namespace jailctl::tree::test {

using Copy = TreeActions;

namespace {

// Raw forms of what setfacl and setcap write.
const std::string acl(
    "\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\xe8\x03\0\0\x04\0\x04\0\xff\xff\xff\xff"
    "\x10\0\x04\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff",
    44);
const std::string capability("\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);

timespec time_of(std::int64_t seconds, long nanoseconds) { return {seconds, nanoseconds}; }

}  // namespace

TEST_F(Copy, KeepsOwnerModeTimesAndAttributesOfAFile) {
    const fs::path file = tree_ / "file", copy = other_ / "file";
    spit(file, "content", 0644);
    ASSERT_EQ(::chown(file.c_str(), 1000, 1001), 0);
    set_attribute(file, "user.a", "one");
    set_attribute(file, "trusted.b", "two");
    set_attribute(file, "security.capability", capability);
    set_attribute(file, "system.posix_acl_access", acl);
    ASSERT_EQ(::chmod(file.c_str(), 06745), 0);
    const timespec times[] = {time_of(1, 2), time_of(1234567890, 123456789)};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    const Value result = run(&actions::copy, other_, Value::object(), tree_);
    const struct stat a = status_of(file), b = status_of(copy);
    EXPECT_EQ(slurp(copy), "content");
    EXPECT_EQ(b.st_mode, a.st_mode);
    EXPECT_EQ(b.st_mode & 07777U, 06745U);
    EXPECT_EQ(b.st_uid, 1000U);
    EXPECT_EQ(b.st_gid, 1001U);
    EXPECT_EQ(b.st_mtim.tv_sec, 1234567890);
    EXPECT_EQ(b.st_mtim.tv_nsec, 123456789);
    for (const char* name : {"user.a", "trusted.b", "security.capability", "system.posix_acl_access"})
        EXPECT_EQ(attribute(copy, name), attribute(file, name)) << name;
    EXPECT_EQ(attribute(copy, "trusted.b"), "two");
    EXPECT_EQ(result["notes_total"].num(), 0);
    EXPECT_EQ(result["entries"].num(), 1);
    EXPECT_EQ(result["bytes"].num(), 7);
}

TEST_F(Copy, KeepsDirectoriesWithDefaultAclsFlagsAndTimes) {
    fs::create_directories(tree_ / "dir/inner");
    spit(tree_ / "dir/inner/file", "x", 0600);
    set_attribute(tree_ / "dir", "system.posix_acl_default", acl);
    ASSERT_EQ(::chmod((tree_ / "dir").c_str(), 01777), 0);
    const timespec times[] = {time_of(5, 6), time_of(7, 8)};
    ASSERT_EQ(::utimensat(AT_FDCWD, (tree_ / "dir").c_str(), times, 0), 0);
    set_file_flags(tree_ / "dir", FS_IMMUTABLE_FL);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    const struct stat copy = status_of(other_ / "dir");
    EXPECT_EQ(copy.st_mode & 07777U, 01777U);
    EXPECT_EQ(copy.st_mtim.tv_sec, 7);
    EXPECT_EQ(copy.st_mtim.tv_nsec, 8);
    EXPECT_EQ(attribute(other_ / "dir", "system.posix_acl_default"), acl);
    EXPECT_EQ(attribute(other_ / "dir/inner", "system.posix_acl_default"), "-") << "inherited by the copy alone";
    EXPECT_TRUE(file_flags(other_ / "dir") & FS_IMMUTABLE_FL);
    EXPECT_EQ(slurp(other_ / "dir/inner/file"), "x");
}

TEST_F(Copy, GivesTheRootOfTheCopyTheAttributesOfTheSource) {
    ASSERT_EQ(::chmod(tree_.c_str(), 0711), 0);
    ASSERT_EQ(::chown(tree_.c_str(), 7, 8), 0);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_EQ(status_of(other_).st_mode & 07777U, 0711U);
    EXPECT_EQ(status_of(other_).st_uid, 7U);
}

TEST_F(Copy, KeepsFileFlags) {
    spit(tree_ / "immutable", "x");
    spit(tree_ / "append", "x");
    set_file_flags(tree_ / "immutable", FS_IMMUTABLE_FL);
    set_file_flags(tree_ / "append", FS_APPEND_FL | FS_NODUMP_FL);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_TRUE(file_flags(other_ / "immutable") & FS_IMMUTABLE_FL);
    EXPECT_EQ(file_flags(other_ / "append") & (FS_APPEND_FL | FS_NODUMP_FL), unsigned{FS_APPEND_FL | FS_NODUMP_FL});
    EXPECT_EQ(slurp(other_ / "immutable"), "x");
}

TEST_F(Copy, HardLinksOfAnyTypeStayLinksOfOneAnother) {
    fs::create_directories(tree_ / "z/y");
    spit(tree_ / "file", "x");
    fs::create_symlink("nowhere", tree_ / "link");
    make_fifo(tree_ / "fifo");
    ASSERT_EQ(::mknod((tree_ / "device").c_str(), S_IFCHR | 0620, makedev(5, 1)), 0);
    for (const char* name : {"file", "link", "fifo", "device"})
        ASSERT_EQ(::linkat(AT_FDCWD, (tree_ / name).c_str(), AT_FDCWD, (tree_ / "z/y" / name).c_str(), 0), 0);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    for (const char* name : {"file", "link", "fifo", "device"}) {
        EXPECT_EQ(status_of(other_ / name).st_ino, status_of(other_ / "z/y" / name).st_ino) << name;
        EXPECT_EQ(status_of(other_ / name).st_nlink, 2U) << name;
        EXPECT_EQ(status_of(other_ / name).st_mode, status_of(tree_ / name).st_mode) << name;
    }
    EXPECT_EQ(status_of(other_ / "device").st_rdev, makedev(5, 1));
}

TEST_F(Copy, HolesStayHoles) {
    const fs::path file = tree_ / "sparse";
    spit(file, "start");
    ASSERT_EQ(::truncate(file.c_str(), 64 << 20), 0);
    const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    ASSERT_EQ(::pwrite(fd.get(), "middle", 6, 32 << 20), 6);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_EQ(status_of(other_ / "sparse").st_size, 64 << 20);
    EXPECT_LT(status_of(other_ / "sparse").st_blocks * 512, 1 << 20);
    EXPECT_EQ(slurp(other_ / "sparse"), slurp(file));
}

TEST_F(Copy, LinksAreCopiedAsTheyAreAndNeverFollowed) {
    fs::create_symlink(outside_, tree_ / "escape");
    fs::create_symlink("../../../etc/passwd", tree_ / "up");
    ASSERT_EQ(::lchown((tree_ / "up").c_str(), 12, 13), 0);
    set_attribute(tree_ / "up", "trusted.on-a-link", "yes");
    const timespec times[] = {time_of(1, 1), time_of(77, 99)};
    ASSERT_EQ(::utimensat(AT_FDCWD, (tree_ / "up").c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    (void)run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_EQ(fs::read_symlink(other_ / "escape"), outside_);
    EXPECT_EQ(fs::read_symlink(other_ / "up"), "../../../etc/passwd");
    EXPECT_EQ(status_of(other_ / "up").st_uid, 12U);
    EXPECT_EQ(status_of(other_ / "up").st_mtim.tv_nsec, 99);
    EXPECT_EQ(attribute(other_ / "up", "trusted.on-a-link"), "yes");
}

TEST_F(Copy, SocketsAreCountedAndLeftOutWithoutANote) {
    make_socket(tree_ / "s");
    const Value result = run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_EQ(result["sockets"].num(), 1);
    EXPECT_EQ(result["notes_total"].num(), 0);
    EXPECT_FALSE(stands(other_ / "s"));
}

TEST_F(Copy, OddNamesAndDeepTrees) {
    spit(tree_ / "new\nline \xff\xfe", "x");
    make_deep(tree_, 10000);
    const Value result = run(&actions::copy, other_, Value::object(), tree_);
    EXPECT_EQ(slurp(other_ / "new\nline \xff\xfe"), "x");
    EXPECT_EQ(depth_of(other_), 10000);
    EXPECT_EQ(result["entries"].num(), 10002);
    (void)run(&actions::remove, tree_);
    (void)run(&actions::remove, other_);
}

}  // namespace jailctl::tree::test
