#include "jailctl/sdk/rootfs.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;
using test::Scratch;
using test::spit;
namespace fs = std::filesystem;

class RootfsTest : public testing::Test {
protected:
    RootfsTest() {
        scratch.directory("jails/x/etc");
        scratch.write("outside", "secret");
    }
    [[nodiscard]] Rootfs open() const { return Rootfs::open(root); }
    [[nodiscard]] std::string inside(const std::string& name) const { return scratch.read("jails/x/" + name); }

    Scratch scratch;
    fs::path root = scratch / "jails/x";
};

TEST_F(RootfsTest, WritesAndReadsFiles) {
    open().replace("etc/rc.conf", "a=1", 0640, 12, 34);
    struct stat status {};
    ASSERT_EQ(::stat((root / "etc/rc.conf").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640U);
    EXPECT_EQ(status.st_uid, 12U);
    EXPECT_EQ(status.st_gid, 34U);
    EXPECT_EQ(open().read("etc/rc.conf"), "a=1");
    EXPECT_EQ(open().read("etc/none"), std::nullopt);
    EXPECT_EQ(open().read("none/none"), std::nullopt);
    EXPECT_FALSE(fs::exists(root / "etc/.jailctl-new"));
}

TEST_F(RootfsTest, MakesMissingParentsWhateverTheUmask) {
    ::umask(077);
    open().replace("var/db/x/file", "", 0600);
    struct stat status {};
    ASSERT_EQ(::stat((root / "var/db/x").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST_F(RootfsTest, ReadingFollowsLinksInsideTheRootAlone) {
    open().replace("etc/real", "mine", 0644);
    fs::create_symlink("/etc/real", root / "absolute");
    fs::create_symlink("../../../../../../etc/real", root / "etc/above");
    EXPECT_EQ(open().read("absolute"), "mine");
    EXPECT_EQ(open().read("etc/above"), "mine");
    fs::create_symlink(scratch / "outside", root / "out");
    EXPECT_EQ(open().read("out"), std::nullopt);
    fs::create_symlink("/proc/self/environ", root / "magic");
    EXPECT_EQ(open().read("magic"), std::nullopt);
    fs::create_symlink("loop", root / "loop");
    EXPECT_EQ(code_thrown_by([&] { (void)open().read("loop"); }), Errc::io);
}

TEST_F(RootfsTest, ReadingRefusesWhatIsNoSmallRegularFile) {
    ::mkfifo((root / "fifo").c_str(), 0600);
    EXPECT_EQ(code_thrown_by([&] { (void)open().read("fifo"); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)open().read("etc"); }), Errc::invalid);
    if (::mknod((root / "zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {
        EXPECT_EQ(code_thrown_by([&] { (void)open().read("zero"); }), Errc::invalid);
    }
    open().replace("large", std::string(11, 'x'), 0600);
    EXPECT_EQ(code_thrown_by([&] { (void)open().read("large", 10); }), Errc::invalid);
}

TEST_F(RootfsTest, WritingReplacesLinksFifosAndDevices) {
    fs::create_symlink(scratch / "outside", root / "etc/link");
    ::mkfifo((root / "etc/fifo").c_str(), 0600);
    (void)::mknod((root / "etc/null").c_str(), S_IFCHR | 0600, makedev(1, 3));
    for (const char* name : {"etc/link", "etc/fifo", "etc/null"}) {
        open().replace(name, "new", 0600);
        EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(root / name))) << name;
        EXPECT_EQ(inside(name), "new");
    }
    EXPECT_EQ(scratch.read("outside"), "secret");
}

TEST_F(RootfsTest, WritingNeverPassesOverALink) {
    fs::create_symlink(scratch.path(), root / "escape");
    fs::create_symlink("etc", root / "harmless");
    for (const char* path : {"escape/outside", "escape/new", "escape/folder/new", "harmless/file"}) {
        EXPECT_EQ(code_thrown_by([&] { open().replace(path, "x", 0600); }), Errc::invalid) << path;
        EXPECT_EQ(code_thrown_by([&] { open().make_directory(path, 0700); }), Errc::invalid) << path;
    }
    EXPECT_NE(code_thrown_by([&] { open().remove("escape/outside"); }), Errc::internal);
    EXPECT_EQ(scratch.read("outside"), "secret");
    EXPECT_FALSE(fs::exists(scratch / "new"));
    EXPECT_FALSE(fs::exists(scratch / "folder"));
}

TEST_F(RootfsTest, RefusesPathsThatLeaveTheRoot) {
    for (const char* path : {"", "/etc/x", "../outside", "etc/../../outside"}) {
        EXPECT_EQ(code_thrown_by([&] { open().replace(path, "x", 0600); }), Errc::invalid) << path;
        EXPECT_EQ(code_thrown_by([&] { (void)open().read(path); }), Errc::invalid) << path;
    }
}

TEST_F(RootfsTest, TakesOverATemporaryNameThatWasLeft) {
    fs::create_symlink(scratch / "outside", root / "etc/.jailctl-new");
    open().replace("etc/file", "x", 0600);
    EXPECT_EQ(inside("etc/file"), "x");
    EXPECT_EQ(scratch.read("outside"), "secret");
}

TEST_F(RootfsTest, DirectoriesLinksAndRemoval) {
    open().make_directory("srv/data", 01777);
    open().make_directory("srv/data", 0700);
    struct stat status {};
    ASSERT_EQ(::stat((root / "srv/data").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 01777U);
    fs::create_symlink("other", root / "etc/localtime");
    EXPECT_TRUE(open().exists("etc/localtime"));
    EXPECT_FALSE(open().is_directory("etc/localtime"));
    EXPECT_TRUE(open().is_directory("srv/data"));
    open().remove("etc/localtime");
    open().remove("etc/localtime");
    open().remove("none/none");
    EXPECT_FALSE(open().exists("etc/localtime"));
    EXPECT_EQ(code_thrown_by([&] { open().make_directory("etc/rc", 0755), open().replace("etc", "x", 0600); }),
              Errc::io);
}

TEST_F(RootfsTest, OnlyLostAndFoundIsEmpty) {
    EXPECT_FALSE(open().empty());
    fs::remove(root / "etc");
    EXPECT_TRUE(open().empty());
    fs::create_directory(root / "lost+found");
    EXPECT_TRUE(open().empty());
}

TEST_F(RootfsTest, ADirectoryIsEmptyByWhatItsLinkLeadsToInside) {
    EXPECT_TRUE(open().empty("usr/bin")) << "not there";
    fs::create_directories(root / "usr/bin");
    fs::create_symlink("/usr/bin", root / "bin");
    EXPECT_TRUE(open().empty("bin"));
    spit(root / "usr/bin/tool", "");
    EXPECT_FALSE(open().empty("bin"));
    EXPECT_TRUE(open().empty("usr/bin/tool")) << "no directory";
}

TEST_F(RootfsTest, RefusesAParentThatOthersCanEnter) {
    for (const mode_t mode : {0701, 0710, 0755}) {
        scratch.directory("jails", mode);
        const Error error = error_of([&] { (void)open(); });
        EXPECT_EQ(error.code(), Errc::denied);
        EXPECT_EQ(error.hint(), "chmod 0700 " + (scratch / "jails").string());
    }
    scratch.directory("jails", 0744);
    EXPECT_NO_THROW((void)open());
}

TEST_F(RootfsTest, RefusesALinkAndDirectoriesOfTheSystem) {
    fs::create_symlink("x", scratch / "jails/link");
    EXPECT_EQ(code_thrown_by([&] { (void)Rootfs::open(scratch / "jails/link"); }), Errc::denied);
    EXPECT_EQ(code_thrown_by([&] { (void)Rootfs::open(scratch / "jails/none"); }), Errc::not_found);
    for (const char* path : {"/", "/jail", "/root/x", "/etc/jails/x", "/usr/lib/x", "/tmp/x", "/var/x"}) {
        const Errc code = code_thrown_by([&] { (void)open_root_parent(path, true); });
        EXPECT_EQ(code, path == std::string("/") ? Errc::invalid : Errc::denied) << path;
    }
    EXPECT_FALSE(fs::exists("/etc/jails"));
}

TEST_F(RootfsTest, MakesAPrivateParent) {
    ASSERT_TRUE(open_root_parent(scratch / "new/deeper/x", true));
    struct stat status {};
    ASSERT_EQ(::stat((scratch / "new/deeper").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700U);
    EXPECT_EQ(code_thrown_by([&] { (void)open_root_parent(scratch / "none/x", false); }), Errc::not_found);
}

TEST_F(RootfsTest, TellsWhatStandsAtARoot) {
    scratch.directory("jails/bare");
    scratch.directory("jails/disk/lost+found");
    scratch.directory("jails/wide/a");
    scratch.directory("jails/wide/b");
    scratch.write("jails/file", "");
    scratch.write("jails/small/file", "");
    fs::create_symlink("x", scratch / "jails/link");
    EXPECT_EQ(root_state(root), RootState::present);
    EXPECT_EQ(root_state(scratch / "jails/wide/"), RootState::present);
    EXPECT_EQ(root_state(scratch / "jails/small"), RootState::present);
    EXPECT_EQ(root_state(scratch / "jails/bare"), RootState::empty);
    EXPECT_EQ(root_state(scratch / "jails/disk"), RootState::empty);
    EXPECT_EQ(root_state(scratch / "jails/none"), RootState::absent);
    EXPECT_EQ(root_state(scratch / "none/none"), RootState::absent);
    EXPECT_EQ(root_state(scratch / "jails/file"), RootState::not_a_directory);
    EXPECT_EQ(root_state(scratch / "jails/link"), RootState::not_a_directory);
}

TEST_F(RootfsTest, OpensARootToTheUsersOfTheJail) {
    ASSERT_EQ(::chmod(root.c_str(), 0700), 0);
    open().open_to_jail_users();
    struct stat status {};
    ASSERT_EQ(::stat(root.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST_F(RootfsTest, WhatIsNotCreatedIsToldWithWhatToType) {
    Jail jail{JailName("a.test"), {}, root, {}, {}};
    EXPECT_NO_THROW(require_created(jail));
    jail.root = scratch / "jails/none";
    const Error none = error_of([&] { require_created(jail); });
    EXPECT_EQ(none.code(), Errc::not_found);
    EXPECT_EQ(none.what(), "a.test has not been created: nothing at " + jail.root.string());
    EXPECT_EQ(none.hint(), "create it: jailctl create a.test");
    jail.root = scratch / "jails/file";
    scratch.write("jails/file", "");
    const Error file = error_of([&] { require_created(jail); });
    EXPECT_EQ(file.code(), Errc::invalid);
    EXPECT_EQ(file.hint().find("jailctl"), std::string::npos) << "no command of ours helps";
}

TEST_F(RootfsTest, WhatAStartMountsOnIsADirectoryOrMissing) {
    EXPECT_NO_THROW(require_mount_points(open(), root)) << "all missing";
    fs::create_directory(root / "proc");
    fs::create_directory_symlink("etc", root / "run");
    const Error link = error_of([&] { require_mount_points(open(), root); });
    EXPECT_EQ(link.code(), Errc::invalid);
    EXPECT_EQ(std::string(link.what()), "/run of the jail is not a plain directory");
    EXPECT_EQ(link.hint(), "replace it by an empty directory: " + (root / "run").string());
}

TEST_F(RootfsTest, TellsOfManyRootsWhateverDirectoryTheyStandIn) {
    scratch.directory("jails/bare");
    scratch.directory(".hidden/jails/a/b");
    RootStates states;
    EXPECT_EQ(states.of(root), RootState::present);
    EXPECT_EQ(states.of(scratch / "jails/bare"), RootState::empty);
    EXPECT_EQ(states.of(scratch / "none/bare"), RootState::absent);
    EXPECT_EQ(states.of(scratch / ".hidden/jails/a"), RootState::present);
    EXPECT_EQ(states.of(scratch / "jails/none"), RootState::absent);
    scratch.directory("open/x/y");
    fs::permissions(scratch / "open", fs::perms::all);
    EXPECT_EQ(code_thrown_by([&] { (void)states.of(scratch / "open/x"); }), Errc::denied);
    EXPECT_EQ(states.of(scratch / "jails/bare"), RootState::empty) << "after a directory that is refused";
}

}  // namespace
}  // namespace jailctl
