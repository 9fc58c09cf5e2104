// upgrade: what is refused before anything is changed.
#include <sys/mount.h>
#include <sys/stat.h>

#include "old_and_new.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

using UpgradeRefusals = OldAndNew;

TEST_F(UpgradeRefusals, AJailThatDoesNotExist) {
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    const Result result = upgrade();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("a.test has not been created"));
    EXPECT_THAT(result.err, HasSubstr("jailctl create a.test"));
}

TEST_F(UpgradeRefusals, ABaseThatCannotUpgrade) {
    site_.configure({"a.test:192.0.2.1"}, "BASE=debootstrap:bookworm");
    const Result result = upgrade();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("BASE is debootstrap:bookworm"));
    expect_version("1");
}

TEST_F(UpgradeRefusals, AnArchiveThatIsNotThere) {
    use((site_.path() / "none.tar").string());
    const Result result = upgrade();
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("none.tar"));
    expect_version("1");
}

TEST_F(UpgradeRefusals, ASystemThatCouldNotBeStartedIsNotCopied) {
    for (const char* name : {"proc", "dev", "tmp"}) {
        fs::rename(root_ / name, root_ / "elsewhere");
        fs::create_directory_symlink("elsewhere", root_ / name);
        const Result result = upgrade();
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.err, HasSubstr(std::string("/") + name + " of the jail is not a plain directory"));
        EXPECT_THAT(result.err, HasSubstr((root_ / name).string() + "\n"));
        EXPECT_THAT(result.all(), ::testing::Not(HasSubstr(".jailctl-upgrade")));
        EXPECT_THAT(result.all(), ::testing::Not(HasSubstr("Upgrading jail")));
        fs::remove(root_ / name);
        fs::rename(root_ / "elsewhere", root_ / name);
    }
    expect_version("1");
}

TEST_F(UpgradeRefusals, ARootThatNobodyCanRename) {
    use(pack("2"));
    const auto flag = [&](const char* change) { return run_command({"chattr", change, root_.string()}).status; };
    if (flag("+i") != 0) GTEST_SKIP() << "this file system has no such flag";
    const Result result = upgrade(), dry = upgrade({"--dry-run"});
    EXPECT_EQ(flag("-i"), 0);
    for (const Result* one : {&result, &dry}) {
        EXPECT_EQ(one->status, 1) << one->all();
        EXPECT_THAT(one->err, HasSubstr("is immutable or append-only"));
        EXPECT_THAT(one->err, HasSubstr("hint: chattr -ia " + root_.string()));
        EXPECT_THAT(one->out, ::testing::Not(HasSubstr("copy the system")));
    }
    expect_version("1");
    EXPECT_EQ(upgrade().status, 0);
}

/// Only what systemd is asked for stops it for good: found at its stop, the hooks would have run for nothing.
TEST_F(UpgradeRefusals, ASupervisedJailIsNotRestarted) {
    const auto told = site_.path() / "told";
    spit(site_.path() / "hook", "#!/bin/sh\n: >" + told.string() + "\n", 0755);
    use(pack("2"), "BEFOREUPGRADE_HOOKS=" + (site_.path() / "hook").string());
    ASSERT_EQ(site_.jailctl({"start", "--supervised", "a.test"}).status, 0);
    const Result result = upgrade({"--restart"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("jail a.test is supervised, so upgrade cannot stop it"));
    EXPECT_THAT(result.err, HasSubstr("hint: 'systemctl stop jailctl@a.test' first"));
    EXPECT_THAT(result.all(), ::testing::Not(HasSubstr("Upgrading jail")));
    EXPECT_FALSE(fs::exists(told));
    EXPECT_THAT(site_.jailctl({"status", "a.test"}).out, HasSubstr("*a.test"));
    ASSERT_EQ(site_.jailctl({"stop", "--supervised", "a.test"}).status, 0);
    expect_version("1");
}

TEST_F(UpgradeRefusals, ADamagedArchiveLeavesTheOldSystem) {
    const std::string archive = pack("2");
    fs::resize_file(archive, fs::file_size(archive) / 2);
    use(archive);
    const Result result = upgrade();
    EXPECT_EQ(result.status, 1) << result.all();
    expect_version("1");
}

TEST_F(UpgradeRefusals, DryRunPrintsTheStepsAndDoesNone) {
    use(pack("2"));
    const Result result = upgrade({"--dry-run"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("would copy the system"));
    EXPECT_THAT(result.out, HasSubstr("would exchange"));
    expect_version("1");
}

/// A file system of sixteen megabytes, so that "no space" is no more than that.
class UpgradeWithoutSpace : public OldAndNew {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(::mount("tmpfs", site_.home().c_str(), "tmpfs", MS_NOSUID, "size=16m,mode=0700"), 0);
        OldAndNew::SetUp();
    }
    void TearDown() override { ::umount2(site_.home().c_str(), MNT_DETACH); }
};

TEST_F(UpgradeWithoutSpace, IsRefusedWithBothNumbers) {
    spit(root_ / "var/lib/large", std::string(8 << 20, 'x'));
    use(pack("2"));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err,
                ::testing::ContainsRegex("upgrading jail a.test needs about [0-9.]+ MB .* only [0-9.]+ MB are free"));
    expect_version("1");
}

}  // namespace jailctl::test
