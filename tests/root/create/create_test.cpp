// create as a user types it: what stands in the new jail, what is said, what is recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "support.hpp"
#include "talk.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace {

const char* settings =
    "RC_CONF='httpd_enable=\"YES\" \\\n greeting=\"a $b\"'\nNAMESERVER=\"192.0.2.53 [2001:db8::54]\"\n";

mode_t mode(const std::filesystem::path& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
}

class Create : public ::testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    Site site_{{"a.test:192.0.2.1", "b.test:192.0.2.2"}, settings};
    std::filesystem::path root_ = site_.root("a.test");
};

}  // namespace

TEST_F(Create, SaysWhatTheGuideShows) {
    const Result made = site_.jailctl({"create", "a.test", "--batch"});
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, StartsWith("Creating jail a.test...\n>>> Making hierarchy\n>>> Installing everything\n"));
    EXPECT_THAT(made.out, HasSubstr("Setting root password in jail\n"));
    EXPECT_THAT(made.out, HasSubstr("the account is locked"));
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

/// In the user namespace of the jail, where it works, the limit holds for the helper, too.
TEST_F(Create, WithoutRoomForAThreadItSaysSoAndLeavesNothing) {
    const Result made = run_command({"prlimit", "--nproc=1", (stage() / "bin/jailctl").string(), "--config",
                                     site_.config().string(), "--batch", "create", "a.test"});
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_THAT(made.err, HasSubstr("the tree helper gets no thread: "));
    EXPECT_THAT(made.err, HasSubstr("hint: see the limits of whoever called jailctl: 'ulimit -u'"));
    EXPECT_THAT(site_.leftovers(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(root_));
}

TEST_F(Create, MakesASmallCompleteSystem) {
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    EXPECT_EQ(mode(root_), 0755U);
    EXPECT_EQ(mode(root_ / "tmp"), 01777U);
    EXPECT_EQ(mode(root_ / "root"), 0700U);
    EXPECT_EQ(mode(root_ / "bin/busybox"), 0755U);
    EXPECT_EQ(std::filesystem::read_symlink(root_ / "sbin/init"), "/bin/busybox");
    EXPECT_EQ(std::filesystem::read_symlink(root_ / "bin/sh"), "/bin/busybox");
    for (const char* directory : {"proc", "sys", "dev", "run", "tmp"}) {
        EXPECT_TRUE(std::filesystem::is_directory(std::filesystem::symlink_status(root_ / directory))) << directory;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
        struct stat found {};
        ASSERT_EQ(::lstat(entry.path().c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, 0U) << entry.path() << ": ids on disk are the jail's own";
    }
    EXPECT_EQ(run_command({"chroot", root_.string(), "/bin/sh", "-c", "echo ok"}).out, "ok\n");
    EXPECT_EQ(run_command({"chroot", root_.string(), "/bin/sh", "-n", "/etc/rc"}).all(), "");
}

TEST_F(Create, ConfiguresTheJail) {
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    EXPECT_EQ(slurp(root_ / "etc/rc.conf"), "hostname=\"a.test\"\nhttpd_enable=\"YES\"\ngreeting=\"a \\$b\"\n");
    EXPECT_EQ(slurp(root_ / "etc/resolv.conf"), "nameserver 192.0.2.53\nnameserver 2001:db8::54\n");
    EXPECT_THAT(slurp(root_ / "etc/hosts"), HasSubstr("192.0.2.1\ta.test a\n"));
    EXPECT_EQ(slurp(root_ / "etc/hostname"), "a.test\n");
    EXPECT_THAT(slurp(root_ / "etc/shadow"), StartsWith("root:!:"));
    EXPECT_EQ(mode(root_ / "etc/shadow"), 0600U);
}

TEST_F(Create, AddonsGoIntoEtcAsRootsAndTheSitesHostsStand) {
    const auto etc = site_.path() / "addons" / "etc";
    std::filesystem::create_directories(etc / "site");
    spit(etc / "motd", "welcome\n");
    spit(etc / "site" / "deep", "x\n", 0600);
    spit(etc / "hosts", "192.0.2.9\tother\n");
    ASSERT_EQ(::chown((etc / "motd").c_str(), 1000, 1000), 0);
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    EXPECT_EQ(slurp(root_ / "etc/motd"), "welcome\n");
    EXPECT_EQ(mode(root_ / "etc/site/deep"), 0600U);
    EXPECT_EQ(slurp(root_ / "etc/hosts"), "192.0.2.9\tother\n");
    struct stat found {};
    ASSERT_EQ(::stat((root_ / "etc/motd").c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, 0U);
}

TEST_F(Create, RecordsTheBaseAndTheIds) {
    const Value document = site_.json({"create", "a.test", "--batch"});
    EXPECT_TRUE(document["ok"].truth());
    const Value& jail = document["jails"].items().at(0);
    EXPECT_EQ(jail["root"].str(), root_.string());
    EXPECT_EQ(jail["base"].str(), "busybox");
    EXPECT_EQ(jail["root_password"].str(), "locked");
    EXPECT_GE(jail["id_base"].num(), 1879048192);
    const Value record = parse_json(slurp(site_.state() / "bases" / "a.test.json"));
    EXPECT_EQ(record["format"].num(), 1);
    EXPECT_EQ(record["base"].str(), "busybox");
    EXPECT_EQ(record["etc_digests"]["etc/inittab"].str().size(), 64U) << to_json(record);
    EXPECT_TRUE(record["etc_digests"]["etc/rc.conf"].is_null()) << "written by us, not by the base";
}

TEST_F(Create, SeveralAtOnce) {
    const Result made = site_.jailctl({"create", "all", "--batch"});
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(std::filesystem::exists(root_ / "etc/rc.conf"));
    EXPECT_EQ(slurp(site_.root("b.test") / "etc/hostname"), "b.test\n");
}

TEST_F(Create, AllMakesAndDeletesWhatIsMissingOrThere) {
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    const auto before = std::filesystem::last_write_time(root_ / "etc/rc.conf");
    const Result made = site_.jailctl({"create", "all", "--batch"});
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(std::filesystem::exists(site_.root("b.test") / "etc/rc.conf"));
    EXPECT_EQ(std::filesystem::last_write_time(root_ / "etc/rc.conf"), before);
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    const Result gone = site_.jailctl({"delete", "all", "--yes"});
    EXPECT_EQ(gone.status, 0) << gone.all();
    EXPECT_FALSE(std::filesystem::exists(site_.root("b.test")));
}

TEST_F(Create, SeveralAreDeletedAsIsAnsweredForEach) {
    ASSERT_EQ(site_.jailctl({"create", "all", "--batch"}).status, 0);
    const Talk talked = talk(site_, {"delete", "a.test", "b.test"}, {"y", "n"});
    EXPECT_THAT(talked.seen, HasSubstr("Delete jail a.test and everything in "));
    EXPECT_THAT(talked.seen, HasSubstr("Delete jail b.test and everything in "));
    EXPECT_EQ(talked.status, 3) << talked.seen;
    EXPECT_NE(std::filesystem::exists(site_.root("a.test")), std::filesystem::exists(site_.root("b.test")));
}

TEST_F(Create, DryRunPrintsTheStepsAndChangesNothing) {
    std::filesystem::remove(site_.home());
    const Result dry = site_.jailctl({"create", "a.test", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(dry.out, HasSubstr("would make the staging directory"));
    EXPECT_THAT(dry.out, HasSubstr("would install the base busybox"));
    EXPECT_THAT(dry.out, HasSubstr("would publish it as " + root_.string()));
    std::istringstream lines(dry.out);
    for (std::string line; std::getline(lines, line);) EXPECT_THAT(line, StartsWith("would ")) << "nothing is done";
    EXPECT_FALSE(std::filesystem::exists(site_.home()));
    EXPECT_FALSE(std::filesystem::exists(site_.state() / "ids.json"));
}

TEST_F(Create, AMissingHomeIsMadeForRootAloneAndAFailureTakesItAway) {
    std::filesystem::remove(site_.home());
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    EXPECT_EQ(mode(site_.home()), 0700U);
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    std::filesystem::remove(site_.home());
    spit(site_.path() / "addons" / "runme.sh", "#!/bin/sh\nexit 7\n", 0755);
    EXPECT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 1);
    EXPECT_FALSE(std::filesystem::exists(site_.home()));
}

TEST_F(Create, TakesOverAnEmptyDirectory) {
    std::filesystem::create_directory(root_);
    const Result made = site_.jailctl({"create", "a.test", "--batch"});
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(std::filesystem::exists(root_ / "etc/rc.conf"));
}

}  // namespace jailctl::test
