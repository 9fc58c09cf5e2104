#include "account.hpp"

#include <crypt.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "password.hpp"
#include "support.hpp"

namespace jailctl::create {

TEST(Shadow, ReplacesOnlyTheFieldsOfRoot) {
    EXPECT_EQ(with_root_password("root:!:1:0:99999:7:::\nwww:*:1:0:99999:7:::\n", "$y$h", 20000),
              "root:$y$h:20000:0:99999:7:::\nwww:*:1:0:99999:7:::\n");
}

TEST(Shadow, CompletesAShortLineAndAMissingEnd) {
    EXPECT_EQ(with_root_password("root:", "!", 5), "root:!:5::::::\n");
}

TEST(Shadow, AddsRootInFrontWhereItIsMissing) {
    EXPECT_EQ(with_root_password("rooty:*:1:0:99999:7:::\n", "!", 5),
              "root:!:5:0:99999:7:::\nrooty:*:1:0:99999:7:::\n");
    EXPECT_EQ(with_root_password("", "!", 5), "root:!:5:0:99999:7:::\n");
}

TEST(Group, FindsTheIdOfAGroup) {
    EXPECT_EQ(group_id("root:x:0:\nshadow:x:42:\n", "shadow"), 42U);
    EXPECT_EQ(group_id("shadows:x:42:\n", "shadow"), std::nullopt);
    EXPECT_EQ(group_id("shadow:x:-1:\nshadow:x:4294967296:\nshadow:x:4x:\nshadow\n", "shadow"), std::nullopt);
}

TEST(Passwd, SendsRootToShadow) {
    EXPECT_EQ(with_shadowed_root("root::0:0:root:/root:/bin/sh\nbin:*:1:1::/:\n"),
              "root:x:0:0:root:/root:/bin/sh\nbin:*:1:1::/:\n");
    EXPECT_EQ(with_shadowed_root("root\n"), "root\n");
}

TEST(Hash, IsYescryptOfThePasswordWithASaltOfItsOwn) {
    const std::string first = hash_password("s3cret"), second = hash_password("s3cret");
    EXPECT_TRUE(first.starts_with("$y$")) << first;
    EXPECT_NE(first, second);
    EXPECT_EQ(::crypt("s3cret", first.c_str()), first);
    EXPECT_NE(::crypt("other", first.c_str()), first);
}

class RootAccount : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        std::filesystem::create_directories(root_ / "etc");
        ::chmod(scratch_.path().c_str(), 0700);
    }
    struct stat shadow() const {
        struct stat found {};
        EXPECT_EQ(::lstat((root_ / "etc/shadow").c_str(), &found), 0);
        return found;
    }
    test::Scratch scratch_;
    std::filesystem::path root_ = scratch_.path() / "root";
};

TEST_F(RootAccount, ARootWithoutPasswdHasNone) {
    EXPECT_FALSE(set_root_password(Rootfs::open(root_), "!", 1));
    EXPECT_FALSE(std::filesystem::exists(root_ / "etc/shadow"));
}

TEST_F(RootAccount, TheGroupShadowMayReadIt) {
    test::spit(root_ / "etc/passwd", "root:$1$inpasswd:0:0::/:/bin/sh\n");
    test::spit(root_ / "etc/group", "shadow:x:42:\n");
    EXPECT_TRUE(set_root_password(Rootfs::open(root_), "!", 1));
    EXPECT_EQ(shadow().st_mode & 07777U, 0640U);
    EXPECT_EQ(shadow().st_gid, 42U);
    EXPECT_EQ(test::slurp(root_ / "etc/passwd"), "root:x:0:0::/:/bin/sh\n");
}

TEST_F(RootAccount, ALinkInPlaceOfShadowIsReplacedAndItsTargetUntouched) {
    test::spit(root_ / "etc/passwd", "root:x:0:0::/:/bin/sh\n");
    test::spit(scratch_.path() / "victim", "mine");
    std::filesystem::create_symlink(scratch_.path() / "victim", root_ / "etc/shadow");
    EXPECT_TRUE(set_root_password(Rootfs::open(root_), "!", 1));
    EXPECT_EQ(test::slurp(scratch_.path() / "victim"), "mine");
    EXPECT_EQ(shadow().st_mode, static_cast<mode_t>(S_IFREG | 0600));
}

TEST_F(RootAccount, APasswordFileGivesItsFirstLine) {
    const auto file = scratch_.path() / "password";
    test::spit(file, "pass word\r\nsecond\n", 0600);
    EXPECT_EQ(password_from_file(file), "pass word");
    test::spit(file, "\nsecond\n", 0600);
    EXPECT_THROW((void)password_from_file(file), Error);
    test::spit(file, "secret\n", 0600);
    ::chmod(file.c_str(), 0622);
    EXPECT_THROW((void)password_from_file(file), Error);
}

}  // namespace jailctl::create
