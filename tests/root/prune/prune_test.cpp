// The dellists of ADDONS as create applies them; the addons we ship among them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class PrunedJail : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        for (const char* directory : {"bin", "sbin", "etc", "usr/share/doc/deep"})
            fs::create_directories(tree_ / directory);
        fs::copy_file("/bin/busybox", tree_ / "bin/busybox");
        fs::create_symlink("busybox", tree_ / "bin/sh");
        spit(tree_ / "etc/passwd", "root:x:0:0::/:/bin/sh\n");
        spit(tree_ / "etc/shadow", "root:!:1:0:99999:7:::\n", 0640);
        for (const char* file :
             {"sbin/mount", "sbin/mount_nfs", "sbin/kept", "usr/share/doc/a", "usr/share/doc/deep/b"})
            spit(tree_ / file, "x");
    }
    Result create_pruned() {
        const auto archive = site_.path() / "base.tar";
        EXPECT_EQ(run_command({"tar", "-C", tree_.string(), "-cf", archive.string(), "."}).status, 0);
        site_.configure({"a.test:192.0.2.1"}, "BASE='archive:" + archive.string() + "'");
        return create();
    }
    void list(const std::string& name, const std::string& content, mode_t mode = 0644) {
        spit(site_.path() / "addons" / name, content, mode);
        ASSERT_EQ(::chmod((site_.path() / "addons" / name).c_str(), mode), 0);
    }
    fs::path tree_ = site_.path() / "tree";
};

TEST_F(PrunedJail, LosesWhatAllListsName) {
    list("dellist4.txt", "# mounting\n/sbin/mount\nsbin/mount_*\n");
    list("dellist5.txt", "usr/share/doc   # with all it holds\n");
    list("dellist-linux.txt", "no/such/thing\n");
    const Result made = create_pruned();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("Pruned 4 files, "));
    EXPECT_FALSE(fs::exists(root_ / "sbin/mount"));
    EXPECT_FALSE(fs::exists(root_ / "sbin/mount_nfs"));
    EXPECT_FALSE(fs::exists(root_ / "usr/share/doc"));
    EXPECT_TRUE(fs::exists(root_ / "sbin/kept"));
    EXPECT_TRUE(fs::exists(root_ / "usr/share"));
}

TEST_F(PrunedJail, LosesNamesOfAnyBytesToo) {
    const std::string latin = "usr/share/caf\xe9", escaped = "usr/share/a\\x41b";
    for (const auto& name : {latin, escaped}) spit(tree_ / name, "x");
    list("dellist4.txt", "/" + latin + "\nusr/share/a\\\\x41b\n");  // a backslash of the name has one before it
    const Result made = create_pruned();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("Pruned 2 files, "));
    EXPECT_FALSE(fs::exists(root_ / latin));
    EXPECT_FALSE(fs::exists(root_ / escaped));
}

TEST_F(PrunedJail, WithoutListsOrAddonsNothingIsPruned) {
    ASSERT_TRUE(fs::remove(site_.path() / "addons"));
    const Result made = create_pruned();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.all(), Not(HasSubstr("Pruned")));
    EXPECT_TRUE(fs::exists(root_ / "sbin/mount"));
}

TEST_F(PrunedJail, APathNeverLeavesTheJailWhateverLinksTheBaseBrings) {
    const fs::path outside = site_.path() / "outside";
    fs::create_directories(outside / "inner");
    spit(outside / "precious", "x");
    fs::create_symlink(outside, tree_ / "absolute");
    fs::create_symlink("../../outside", tree_ / "relative");
    fs::create_symlink(outside, tree_ / "itself");
    list("dellist4.txt", "absolute/precious\nabsolute/*\nrelative/precious\nrelative/inner\nitself\n*/precious\n");
    const Result made = create_pruned();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(fs::exists(outside / "precious"));
    EXPECT_TRUE(fs::exists(outside / "inner"));
    EXPECT_TRUE(fs::is_symlink(root_ / "absolute"));
    EXPECT_FALSE(fs::is_symlink(root_ / "itself"));
    EXPECT_THAT(made.out, HasSubstr("Pruned 1 file\n"));
}

TEST_F(PrunedJail, DotDotEndsTheCreateWithFileAndLine) {
    list("dellist5.txt", "sbin/mount\n\n../../etc/passwd\n");
    const Result made = create_pruned();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("dellist5.txt:3: '../../etc/passwd' contains '..'"));
    EXPECT_THAT(made.out, Not(HasSubstr("Installing everything"))) << "which may take minutes";
    expect_no_jail();
}

TEST_F(PrunedJail, AListOthersMayWriteEndsTheCreate) {
    list("dellist4.txt", "sbin/mount\n", 0666);
    const Result made = create_pruned();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("dellist4.txt"));
    expect_no_jail();
}

TEST_F(PrunedJail, TheListsWeShipLeaveABusyboxJailThatWorks) {
    for (const auto& entry : fs::directory_iterator(stage() / "share/jailctl/addons"))
        if (entry.path().extension() == ".txt")
            fs::copy_file(entry.path(), site_.path() / "addons" / entry.path().filename());
    site_.configure({"a.test:192.0.2.1"}, "BASE=busybox");
    const Result made = create();
    ASSERT_EQ(made.status, 0) << made.all();
    const Result started = site_.jailctl({"start", "a.test"});
    EXPECT_EQ(started.status, 0) << started.all();
    EXPECT_EQ(site_.jailctl({"exec", "a.test", "--", "true"}).status, 0);
    const Result stopped = site_.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
}

}  // namespace jailctl::test
