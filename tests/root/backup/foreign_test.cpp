// Archives that tar and bsdtar made, as the original did; what fails on the way leaves nothing.
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Foreign : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        fs::create_directories(tree_ / "etc");
        fs::create_directories(site.backups());
        fs::permissions(site.backups(), fs::perms::owner_all);
        spit(tree_ / "etc/motd", "welcome\n");
        fs::create_symlink("motd", tree_ / "etc/link");
        fs::create_hard_link(tree_ / "etc/motd", tree_ / "etc/hard");
        std::ofstream(tree_ / "sparse").seekp((8 << 20) - 1).put('x');
        ASSERT_EQ(run_command({"truncate", "-s", "32M", (tree_ / "sparse").string()}).status, 0);
        ASSERT_EQ(::setxattr((tree_ / "etc/motd").c_str(), "user.note", "kept", 4, 0), 0);
    }
    /// Makes BACKUPDIR/b.test.tar.gz so, restores it and compares.
    void comes_back(std::vector<std::string> command) {
        const auto file = site.backups() / "b.test.tar.gz";
        for (auto& word : command)
            if (word == "FILE") word = file.string();
        const Result packed = run_command(command);
        ASSERT_EQ(packed.status, 0) << packed.all();
        const Result restored = site.jailctl({"restore", "b.test"});
        ASSERT_EQ(restored.status, 0) << restored.all();
        EXPECT_THAT(restored.all(), HasSubstr("unverified"));
        const auto root = site.root("b.test");
        EXPECT_EQ(slurp(root / "etc/motd"), "welcome\n");
        EXPECT_EQ(fs::read_symlink(root / "etc/link"), "motd");
        EXPECT_EQ(fs::hard_link_count(root / "etc/hard"), 2U);
        ASSERT_EQ(fs::file_size(root / "sparse"), 32U << 20U);
        EXPECT_EQ(slurp(root / "sparse").find('x'), (8U << 20U) - 1);
        ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
        fs::remove(file);
    }
    void nothing_is_left(const Result& failed) {
        EXPECT_EQ(failed.status, 1) << failed.all();
        EXPECT_FALSE(fs::exists(site.root("b.test")));
        EXPECT_THAT(site.leftovers(), ::testing::IsEmpty());
    }
    fs::path tree_ = site.path() / "tree";
};

TEST_F(Foreign, OfGnuTar) {
    comes_back({"tar", "-czf", "FILE", "-C", tree_.string(), "."});
    comes_back({"tar", "-czf", "FILE", "-C", tree_.string(), "etc", "sparse"});
    comes_back({"tar", "-czSf", "FILE", "-C", tree_.string(), "."});
    comes_back({"tar", "--format=posix", "--xattrs", "-czSf", "FILE", "-C", tree_.string(), "."});
    comes_back({"tar", "--format=gnu", "-czf", "FILE", "-P", "--transform=s,^" + tree_.string() + ",,SH",
                "--transform=s,^etc,/etc,SH", "-C", tree_.string(), "etc", "sparse"});
}

TEST_F(Foreign, OfBsdtar) {
    if (run_command({"bsdtar", "--version"}).status != 0) GTEST_SKIP() << "needs bsdtar (libarchive-tools)";
    comes_back({"bsdtar", "-czf", "FILE", "-C", tree_.string(), "."});
    comes_back({"bsdtar", "-czf", "FILE", "-C", tree_.string(), "etc", "sparse"});
    comes_back({"bsdtar", "--format=gnutar", "-czf", "FILE", "-C", tree_.string(), "."});
}

TEST_F(Foreign, ExtendedAttributesComeBack) {
    const auto file = site.backups() / "b.test.tar.gz";
    ASSERT_EQ(run_command({"tar", "--xattrs", "-czf", file.string(), "-C", tree_.string(), "."}).status, 0);
    ASSERT_EQ(site.jailctl({"restore", "b.test"}).status, 0);
    char value[8] = {};
    EXPECT_EQ(::getxattr((site.root("b.test") / "etc/motd").c_str(), "user.note", value, sizeof value), 4);
    EXPECT_STREQ(value, "kept");
}

TEST_F(Foreign, OfOursThatAnotherToolCompressedAnew) {
    const auto ours = site.path() / "ours.tar.gz", theirs = site.path() / "theirs.tar.gz";
    ASSERT_EQ(backup({ours.string()}).status, 0);
    remove_jail();
    const auto shell = [](const std::string& script) {
        ASSERT_EQ(run_command({"sh", "-ec", script}).status, 0) << script;
    };
    shell("umask 077; gzip -dc " + ours.string() + " | gzip > " + theirs.string());
    const Result verified = site.jailctl({"verify", theirs.string()});
    EXPECT_EQ(verified.status, 4) << verified.all();
    EXPECT_THAT(verified.out, HasSubstr(": whole, "));
    EXPECT_THAT(verified.err, HasSubstr("holds none, for another tool wrote it"));
    EXPECT_TRUE(site.json({"verify", theirs.string()})["verified"].items().at(0)["verified"].is_null());
    const Result restored = site.jailctl({"restore", "a.test", theirs.string()});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_THAT(restored.out, HasSubstr("unverified"));
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
    remove_jail();
    shell("umask 077; gzip -dc " + ours.string() + " | xz -0 > " + theirs.string());
    const Result refused = site.jailctl({"restore", "a.test", theirs.string()});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("compressed with xz"));
    EXPECT_THAT(refused.err, HasSubstr("xz -dc ARCHIVE > NAME.tar"));
    shell("umask 077; xz -dc < " + theirs.string() + " > " + (site.path() / "name.tar").string());
    EXPECT_EQ(site.jailctl({"restore", "a.test", (site.path() / "name.tar").string()}).status, 0) << "as the hint says";
}

TEST_F(Foreign, DamagedInTheMiddleLeavesNothing) {
    // Noise: in well compressed zeros a flipped bit can mean the same.
    ASSERT_EQ(run_command(
                  {"dd", "if=/dev/urandom", "of=" + (tree_ / "noise").string(), "bs=1M", "count=1", "status=none"})
                  .status,
              0);
    const auto file = site.backups() / "b.test.tar.gz";
    ASSERT_EQ(run_command({"tar", "-czf", file.string(), "-C", tree_.string(), "."}).status, 0);
    flip(file, fs::file_size(file) / 2);
    nothing_is_left(site.jailctl({"restore", "b.test"}));
}

TEST_F(Foreign, AFullDiskLeavesNothing) {
    ASSERT_EQ(run_command(
                  {"dd", "if=/dev/urandom", "of=" + (tree_ / "large").string(), "bs=1M", "count=24", "status=none"})
                  .status,
              0);
    const auto file = site.backups() / "b.test.tar.gz";
    ASSERT_EQ(run_command({"tar", "-czf", file.string(), "-C", tree_.string(), "."}).status, 0);
    const auto small = site.path() / "small";
    fs::create_directory(small);
    ASSERT_EQ(::mount("tmpfs", small.c_str(), "tmpfs", MS_NOSUID, "size=12m,mode=0700"), 0);
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2:" + small.string()});
    const Result full = site.jailctl({"restore", "b.test"});
    EXPECT_EQ(full.status, 1) << full.all();
    EXPECT_TRUE(fs::is_empty(small)) << full.all();
    EXPECT_EQ(::umount2(small.c_str(), MNT_DETACH), 0);
    EXPECT_THAT(full.err, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace jailctl::test
