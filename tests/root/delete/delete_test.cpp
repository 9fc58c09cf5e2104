// delete: what it refuses, and that what it deletes is gone, with nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace {

class Delete : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(create().status, 0);
    }
    bool stands() const { return std::filesystem::exists(root_ / "etc/rc.conf"); }
    // jailctl in a mount namespace of its own, after `before` was run there.
    Result with_mounts(const std::string& before, const std::string& command) const {
        const std::string script = before + " && exec " + (stage() / "bin/jailctl").string() + " --config " +
                                   site_.config().string() + " " + command;
        return run_command({"unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script});
    }
};

}  // namespace

TEST_F(Delete, TakesEverythingOfTheJailAway) {
    const Result gone = remove();
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_THAT(gone.out, HasSubstr("Deleting jail a.test...\n"));
    expect_no_jail();
    EXPECT_THAT(site_.jailctl({"status"}).out, HasSubstr("!a.test"));
}

TEST_F(Delete, TheFileOfItsSettingsStaysAndIsNamed) {
    EXPECT_THAT(site_.jailctl({"--dry-run", "delete", "a.test"}).out, ::testing::Not(HasSubstr("jails.d")));
    std::filesystem::create_directory(site_.path() / "jails.d");
    const auto file = site_.path() / "jails.d/a.test.conf";
    spit(file, "MEMORY=64M\n", 0600);
    EXPECT_THAT(site_.jailctl({"--dry-run", "delete", "a.test"}).out,
                HasSubstr("Its settings would stay in " + file.string()));
    const Value gone = site_.json({"delete", "a.test", "--yes"});
    EXPECT_EQ(gone["jails"].items().at(0)["settings_file"].str(), file.string());
    EXPECT_EQ(slurp(file), "MEMORY=64M\n");
    ASSERT_EQ(create().status, 0);
    EXPECT_THAT(remove().out, HasSubstr("Its settings stay in " + file.string() +
                                        ": they are those of the next jail of that name\n"));
}

TEST_F(Delete, ARunThatEndedByItselfGoesWithTheJail) {
    ASSERT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    const auto file = site_.run_dir() / "jails/a.test.json";
    const auto pid = static_cast<pid_t>(parse_json(slurp(file))["pid"].num());
    ASSERT_GT(pid, 1);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    for (int i = 0; i < 200 && ::kill(pid, 0) == 0; ++i) ::usleep(20000);
    const Result gone = remove();
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(site_.run_dir() / "console/a.test"));
    expect_no_jail();
}

TEST_F(Delete, ARootThatNobodyCanRenameIsRefusedWithWhatToType) {
    for (const std::string flag : {"i", "a"}) {
        if (run_command({"chattr", "+" + flag, root_.string()}).status != 0)
            GTEST_SKIP() << "this file system has no such flag";
        const Result refused = remove(), dry = site_.jailctl({"--dry-run", "delete", "a.test"});
        EXPECT_EQ(run_command({"chattr", "-" + flag, root_.string()}).status, 0);
        for (const Result* one : {&refused, &dry}) {
            EXPECT_EQ(one->status, 1) << one->all();
            EXPECT_THAT(one->err,
                        HasSubstr("the root of jail a.test, " + root_.string() +
                                  ", is immutable or append-only, so it cannot be removed\nhint: chattr -ia " +
                                  root_.string()));
        }
        EXPECT_TRUE(stands());
    }
    EXPECT_EQ(remove().status, 0);
}

TEST_F(Delete, WithoutATerminalWantsToBeToldTwice) {
    const Result asked = site_.jailctl({"delete", "a.test"});
    EXPECT_EQ(asked.status, 2);
    EXPECT_THAT(asked.err, HasSubstr("--yes"));
    EXPECT_TRUE(stands());
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--batch"}).status, 0);
    EXPECT_FALSE(stands());
}

TEST_F(Delete, AJailThatIsNotThereIsASentence) {
    ASSERT_EQ(remove().status, 0);
    const Result again = remove();
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("does not exist"));
}

TEST_F(Delete, RefusesAProtectedJail) {
    site_.configure({"a.test:192.0.2.1"}, "PROTECT=yes");
    const Result kept = remove();
    EXPECT_EQ(kept.status, 1);
    EXPECT_THAT(kept.err, HasSubstr("PROTECT"));
    EXPECT_THAT(kept.err, HasSubstr("jails.conf:"));
    EXPECT_TRUE(stands());
}

TEST_F(Delete, RefusesAJailWithSomethingMountedInside) {
    const auto inside = root_ / "mnt";
    const Result kept = with_mounts("mount -t tmpfs none " + inside.string(), "delete a.test --yes");
    EXPECT_EQ(kept.status, 1) << kept.all();
    EXPECT_THAT(kept.err, HasSubstr(inside.string()));
    EXPECT_TRUE(stands());
}

TEST_F(Delete, RefusesARootThatIsAMountPoint) {
    const Result kept = with_mounts("mount --bind " + root_.string() + " " + root_.string(), "delete a.test --yes");
    EXPECT_EQ(kept.status, 1) << kept.all();
    EXPECT_THAT(kept.err, HasSubstr("mounted"));
    EXPECT_TRUE(stands());
}

TEST_F(Delete, RefusesALink) {
    const auto elsewhere = site_.path() / "elsewhere";
    std::filesystem::rename(root_, elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, root_);
    EXPECT_EQ(remove().status, 1);
    EXPECT_TRUE(std::filesystem::exists(elsewhere / "etc/rc.conf"));
}

TEST_F(Delete, FollowsNoLinkAndStopsAtNothingImmutable) {
    const auto victim = site_.path() / "victim";
    std::filesystem::create_directory(victim);
    spit(victim / "mine", "x");
    std::filesystem::create_directory_symlink(victim, root_ / "link");
    std::filesystem::create_directory_symlink(victim, root_ / "etc/rc.d/link");
    spit(root_ / "fixed", "x");
    run_command({"chattr", "+i", (root_ / "fixed").string()});
    std::string deep = root_.string();
    const std::string script = "cd '" + deep + "' && i=0; while [ $i -lt 300 ]; do mkdir " + std::string(100, 'd') +
                               " && cd " + std::string(100, 'd') + " || exit 1; i=$((i+1)); done";
    ASSERT_EQ(run_command({"/bin/bash", "-c", script}).status, 0);
    const Result gone = remove();
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_EQ(slurp(victim / "mine"), "x");
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

TEST_F(Delete, DryRunSaysTheStepsAndDoesNone) {
    const Result dry = site_.jailctl({"delete", "a.test", "--yes", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(dry.out, HasSubstr("would rename " + root_.string()));
    EXPECT_THAT(dry.out, Not(HasSubstr("an earlier delete"))) << "there is nothing of one";
    const Result backed_up = site_.jailctl({"delete", "a.test", "--yes", "--backup-first", "--dry-run"});
    EXPECT_EQ(backed_up.status, 0) << backed_up.all();
    EXPECT_THAT(backed_up.out, HasSubstr("would write the tree to it\n"));
    EXPECT_TRUE(stands());
    EXPECT_TRUE(std::filesystem::is_empty(site_.backups()));
}

TEST_F(Delete, DryRunIsRefusedAsTheDeleteWouldBe) {
    site_.configure({"a.test:192.0.2.1"}, "BACKUP_BACKEND=nope");
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes", "--backup-first", "--dry-run"}).status, 2);
    site_.configure({"a.test:192.0.2.1"}, "PROTECT=yes");
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes", "--dry-run"}).status, 1);
}

TEST_F(Delete, DryRunNeedsNoConsent) {
    const Result dry = site_.jailctl({"delete", "a.test", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(dry.out, StartsWith("would need --yes or --batch, with no terminal to ask on\nwould rename "));
    EXPECT_EQ(site_.jailctl({"delete", "a.test"}).status, 2);
    EXPECT_TRUE(stands());
}

TEST_F(Delete, DryRunNamesWhatAnEarlierDeleteLeft) {
    std::filesystem::create_directory(site_.home() / ".jailctl-trash-a.test");
    EXPECT_THAT(site_.jailctl({"delete", "a.test", "--yes", "--dry-run"}).out,
                HasSubstr("would remove what an earlier delete left\n"));
    EXPECT_EQ(remove().status, 0);
}

TEST_F(Delete, ABeforeHookCanForbidIt) {
    spit(site_.path() / "veto", "#!/bin/sh\nexit 1\n", 0755);
    site_.configure({"a.test:192.0.2.1"}, "BEFOREDELETE_HOOKS=" + (site_.path() / "veto").string());
    EXPECT_EQ(remove().status, 1);
    EXPECT_TRUE(stands());
}

TEST_F(Delete, RefusesARunningJail) {
    const Result started = site_.jailctl({"start", "a.test"});
    ASSERT_EQ(started.status, 0) << started.all();
    const Result kept = remove();
    EXPECT_EQ(kept.status, 1);
    EXPECT_THAT(kept.err, HasSubstr("is running"));
    EXPECT_THAT(kept.err, HasSubstr("jailctl stop a.test"));
    EXPECT_TRUE(stands());
    // Its root taken away under it: no second jail of that name is made beside its processes.
    std::filesystem::rename(root_, site_.home() / "elsewhere");
    EXPECT_THAT(create().err, HasSubstr("is running"));
    EXPECT_FALSE(std::filesystem::exists(root_));
    std::filesystem::rename(site_.home() / "elsewhere", root_);
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(remove().status, 0);
}

}  // namespace jailctl::test
