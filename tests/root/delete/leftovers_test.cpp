// delete where there is no whole jail, no room, or no record: what an interrupted command left, a full disk, a jail
// that runs by the records of another site.
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

namespace {

using Leftovers = OneJail;

/// Everything of the site on a small file system of its own.
class FullDisk : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(::mount("tmpfs", site_.path().c_str(), "tmpfs", MS_NOSUID, "size=16m,mode=0700"), 0);
        for (const auto& directory : {site_.home(), site_.state(), site_.run_dir(), site_.backups()})
            fs::create_directory(directory);
        for (const auto& directory : {site_.home(), site_.state(), site_.run_dir(), site_.backups()})
            fs::permissions(directory, fs::perms(0700));
        site_.configure({"a.test:192.0.2.1"});
    }
    void TearDown() override { ::umount2(site_.path().c_str(), MNT_DETACH); }
    void fill() const {
        (void)run_command({"/bin/sh", "-c", "cat /dev/zero > " + (site_.path() / "fill").string()});
        struct statvfs now {};
        ASSERT_EQ(::statvfs(site_.path().c_str(), &now), 0);
        ASSERT_EQ(now.f_bfree, 0U);
    }
};

}  // namespace

TEST_F(Leftovers, DeleteAfterAKilledCreateIsDone) {
    ASSERT_TRUE(killed_at(12, site_, {"create", "a.test", "--batch"}));
    ASSERT_THAT(site_.leftovers(), Not(IsEmpty()));
    const Result gone = remove();
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_THAT(gone.out, HasSubstr("what an interrupted create left of it is removed"));
    expect_no_jail();
    EXPECT_EQ(remove().status, 1) << "now there is nothing of it";
}

TEST_F(Leftovers, DryRunAfterAKillSaysWhatDeleteDoes) {
    for (const char* command : {"create", "delete"})
        for (int point = 1; point <= 12; ++point) {
            if (std::string(command) == "delete") {
                ASSERT_EQ(create().status, 0);
            }
            if (!killed_at(point, site_, {command, "a.test", "--batch"})) break;
            const std::string when = command + (" " + std::to_string(point));
            const Result dry = site_.jailctl({"delete", "a.test", "--batch", "--dry-run"});
            const Result real = remove();
            EXPECT_EQ(dry.status, real.status) << when << ": " << dry.all() << real.all();
            EXPECT_EQ(dry.err, real.err) << when;
            (void)remove();
        }
    expect_no_jail();
}

TEST_F(Leftovers, TreesThatLostTheirJournalAreRemovedToo) {
    fs::create_directories(site_.home() / ".jailctl-trash-a.test/etc");
    fs::create_directories(site_.home() / ".jailctl-restore-a.test/etc");
    const Result dry = site_.jailctl({"delete", "a.test", "--dry-run"});
    EXPECT_THAT(dry.out, HasSubstr("would remove " + (site_.home() / ".jailctl-trash-a.test").string()));
    const Value gone = site_.json({"delete", "a.test", "--yes"});
    EXPECT_TRUE(gone["ok"].truth()) << to_json(gone);
    EXPECT_TRUE(gone["jails"].items().at(0)["leftovers"].truth());
    expect_no_jail();
}

TEST_F(Leftovers, OfAProtectedJailStay) {
    fs::create_directories(site_.home() / ".jailctl-trash-a.test/etc");
    site_.configure({"a.test:192.0.2.1"}, "PROTECT=yes");
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 1);
    EXPECT_TRUE(fs::exists(site_.home() / ".jailctl-trash-a.test/etc"));
}

TEST_F(Leftovers, CreateRemovesTheTrashOfADeleteWithoutJournal) {
    fs::create_directories(site_.home() / ".jailctl-trash-a.test/etc");
    EXPECT_EQ(create().status, 0);
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

TEST_F(Leftovers, AJailThatRunsByTheRecordsOfAnotherSiteIsRefused) {
    ASSERT_EQ(create().status, 0);
    ASSERT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    const std::string ours = slurp(site_.config());
    std::string other = ours;
    const std::string line = "RUN_DIR=" + site_.run_dir().string();
    other.replace(other.find(line), line.size(), line + "-other");
    spit(site_.config(), other, 0600);
    for (const char* command : {"delete", "upgrade"}) {
        const Result kept = site_.jailctl({"--batch", command, "a.test"});
        EXPECT_EQ(kept.status, 1) << kept.all();
        EXPECT_THAT(kept.err, HasSubstr("jail a.test is in use: jail a.test of " + site_.config().string() +
                                        " runs from " + root_.string()));
        EXPECT_THAT(kept.err, HasSubstr("hint: stop that one first: 'jailctl --config "));
        EXPECT_TRUE(fs::exists(root_ / "etc/rc.conf"));
    }
    spit(site_.config(), ours, 0600);
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(remove().status, 0);
}

TEST_F(Leftovers, AProcessOfWhateverOriginKeepsTheRoot) {
    ASSERT_EQ(create().status, 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::chroot(root_.c_str()) != 0) ::_exit(1);
        for (;;) ::pause();
    }
    const std::string process = "process " + std::to_string(pid) + " runs from " + root_.string();
    Result kept;
    for (int i = 0; i < 1000 && kept.err.find(process) == std::string::npos; ++i) {
        kept = site_.jailctl({"--batch", "--dry-run", "delete", "a.test"});
        if (kept.status == 0) ::usleep(10000);
    }
    EXPECT_THAT(kept.err, HasSubstr("jail a.test is in use: " + process + ", though no record in RUN_DIR says so"));
    EXPECT_THAT(kept.err, HasSubstr("'ps -fp " + std::to_string(pid) + "' shows what it is"));
    EXPECT_EQ(remove().status, 1);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(remove().status, 0);
}

// What another site starts between our checks and the renaming: while the prompt stands, or a backup is written first.
TEST_F(Leftovers, AJailThatAnotherSiteStartsMeanwhileKeepsItsRoot) {
    ASSERT_EQ(create().status, 0);
    const fs::path other = site_.path() / "other.conf", hook = site_.path() / "starts-it";
    std::string text = slurp(site_.config());
    const std::string line = "RUN_DIR=" + site_.run_dir().string();
    text.replace(text.find(line), line.size(), line + "-other");
    spit(other, text, 0600);
    const std::string by_other = (stage() / "bin/jailctl").string() + " --config " + other.string() + " ";
    spit(hook, "#!/bin/sh\nexec " + by_other + "start a.test\n", 0755);
    site_.configure({"a.test:192.0.2.1"},
                    "BEFOREDELETE_HOOKS=" + hook.string() + "\nBEFOREUPGRADE_HOOKS=" + hook.string());
    for (const char* command : {"delete", "upgrade"}) {
        const Result kept = site_.jailctl({"--batch", command, "a.test"});
        EXPECT_EQ(kept.status, 1) << kept.all();
        EXPECT_THAT(kept.err, HasSubstr("jail a.test is in use: jail a.test of " + other.string() + " runs from " +
                                        root_.string()));
        EXPECT_TRUE(fs::exists(root_ / "etc/rc.conf"));
        EXPECT_THAT(site_.leftovers(), IsEmpty());
        const Result stopped = run_command({"/bin/sh", "-c", by_other + "stop a.test"});
        EXPECT_EQ(stopped.status, 0) << stopped.all();
    }
    site_.configure({"a.test:192.0.2.1"});
    EXPECT_EQ(remove().status, 0);
}

TEST_F(Leftovers, AFailedAfterHookIsListedAmongTheOmissions) {
    spit(site_.path() / "fails", "#!/bin/sh\nexit 3\n", 0755);
    site_.configure({"a.test:192.0.2.1"}, "AFTERCREATE_HOOKS=" + (site_.path() / "fails").string());
    const Value made = site_.json({"--batch", "create", "a.test"});
    EXPECT_EQ(made["status"].num(), 4);
    EXPECT_EQ(made["jails"].items().at(0)["result"].str(), "omissions");
    ASSERT_EQ(made["omissions"].items().size(), 1U) << to_json(made);
    EXPECT_THAT(made["omissions"].items()[0]["message"].str(), HasSubstr("fails"));
    EXPECT_EQ(made["omissions"].items()[0]["jail"].str(), "a.test");
}

TEST_F(FullDisk, DeleteMakesRoomWithoutAJournal) {
    ASSERT_EQ(create().status, 0);
    fill();
    const Result gone = remove();
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_EQ(gone.err, "");
    expect_no_jail();
    fs::remove(site_.path() / "fill");
}

TEST_F(FullDisk, CreateSaysWhereThereIsNoRoom) {
    ASSERT_EQ(create().status, 0);
    ASSERT_EQ(remove().status, 0);
    fill();
    const Result none = create();
    EXPECT_EQ(none.status, 1) << none.all();
    EXPECT_THAT(none.err, HasSubstr(site_.path().string()));
    EXPECT_THAT(none.err, HasSubstr("hint: make room"));
    fs::remove(site_.path() / "fill");
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

TEST_F(FullDisk, AJournalThatCannotBeWrittenIsNamedByItsPath) {
    ASSERT_EQ(create().status, 0);
    fill();
    const Scratch elsewhere;
    const Result none = site_.jailctl({"backup", "a.test", elsewhere.path().string() + "/"});
    EXPECT_EQ(none.status, 1) << none.all();
    EXPECT_THAT(none.err, HasSubstr("cannot write the journal " + (site_.state() / "journal/a.test").string()));
    EXPECT_THAT(none.err, HasSubstr("No space left"));
    EXPECT_THAT(none.err, HasSubstr("hint: make room"));
    fs::remove(site_.path() / "fill");
}

}  // namespace jailctl::test
