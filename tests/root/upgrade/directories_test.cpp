// upgrade: a directory of one version stands for a file or link of another, and what is known without a record.
#include "old_and_new.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

using UpgradeDirectories = OldAndNew;

TEST_F(UpgradeDirectories, OnlyWhatBothChangedIsNamedAndTheBasesIsBesideIt) {
    const auto files = [](const fs::path& tree) {
        for (const char* file : {"etc/to-dir", "etc/mine-to-dir", "usr/lib/to-dir"}) spit(tree / file, "2");
        for (const char* directory : {"etc/dir", "etc/kept-elsewhere"}) {
            fs::create_directories(tree / directory);
            spit(tree / directory / "inner", "2");
        }
    };
    use(pack("2", files));
    ASSERT_EQ(upgrade().status, 0);
    for (const char* directory : {"etc/dir", "etc/kept-elsewhere"}) {
        fs::remove_all(root_ / directory);
        fs::create_directory_symlink("/tmp", root_ / directory);
    }
    spit(root_ / "etc/mine-to-dir", "mine");
    use(pack("3", [](const fs::path& tree) {
        for (const char* directory : {"etc/to-dir", "etc/mine-to-dir", "etc/kept-elsewhere", "usr/lib/to-dir"}) {
            fs::create_directories(tree / directory);
            spit(tree / directory / "inner", "3");
        }
        fs::create_directories(tree / "etc/dir");
        spit(tree / "etc/dir/inner", "2");
    }));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_TRUE(fs::is_symlink(root_ / "etc/dir"));
    EXPECT_THAT(result.err, Not(HasSubstr("/etc/dir "))) << "nobody changed it in the base";
    EXPECT_TRUE(fs::is_symlink(root_ / "etc/kept-elsewhere"));
    EXPECT_THAT(result.err, HasSubstr("/etc/kept-elsewhere was changed here and in the new base: yours is kept, "
                                      "the new one is /etc/kept-elsewhere.jailctl-new"));
    EXPECT_EQ(in_jail("etc/kept-elsewhere.jailctl-new/inner"), "3");
    EXPECT_THAT(result.err, Not(HasSubstr("/etc/to-dir")));
    EXPECT_EQ(in_jail("etc/to-dir/inner"), "3");
    EXPECT_EQ(in_jail("usr/lib/to-dir/inner"), "3");
    EXPECT_EQ(in_jail("etc/mine-to-dir"), "mine");
    EXPECT_THAT(result.err, HasSubstr("/etc/mine-to-dir was changed here and in the new base: yours is kept, "
                                      "the new one is /etc/mine-to-dir.jailctl-new"));
    EXPECT_EQ(in_jail("etc/mine-to-dir.jailctl-new/inner"), "3");
    expect_version("3");
    EXPECT_THAT(leaks_.found(), ::testing::IsEmpty());
}

TEST_F(UpgradeDirectories, WithoutARecordNothingIsSaidOfWhoChangedIt) {
    spit(root_ / "etc/shadow", "root:mine:1:0:99999:7:::\n");
    ASSERT_TRUE(fs::remove(site_.state() / "bases/a.test.json"));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.err, HasSubstr("no record tells what base jail a.test has"));
    EXPECT_THAT(result.err, HasSubstr("/etc/shadow differs here and in the new base: yours is kept"));
    EXPECT_THAT(result.err, Not(HasSubstr("was changed here")));
    EXPECT_THAT(upgrade().err, Not(HasSubstr("no record")));
    expect_version("1");
}

}  // namespace jailctl::test
