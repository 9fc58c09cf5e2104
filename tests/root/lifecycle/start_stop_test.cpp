#include <gmock/gmock.h>
#include <sys/stat.h>
#include <thread>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(JailTest, StartsAndStopsAndLeavesNothing) {
    const Result started = start();
    EXPECT_EQ(started.status, 0) << started.all();
    EXPECT_EQ(started.out, "Starting jail a.test...\n");
    EXPECT_EQ(mark(), '*');
    const Value now = record();
    EXPECT_GT(now["pid"].num(), 0);
    EXPECT_EQ(now["root"].str(), site.root("a.test").string());
    EXPECT_THAT(cgroup_directories(now["cgroup"].str()), testing::Not(IsEmpty()));
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(stopped.out, "Stopping jail a.test...\n");
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(cgroup_directories(now["cgroup"].str()), IsEmpty());
    EXPECT_TRUE(record().is_null());
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(JailTest, NothingOfJailctlStaysRunning) {
    ASSERT_EQ(start().status, 0);
    const std::string pid = std::to_string(record()["pid"].num());
    const std::string status = slurp("/proc/" + pid + "/status");
    EXPECT_THAT(status, HasSubstr("PPid:\t1\n")) << "init must belong to the host's init";
    EXPECT_EQ(processes(), "init sh ") << "init, and the shell of this very look";
}

/// systemd makes every mount of a host shared: what a jail mounts would appear there too.
TEST_F(JailTest, MountsOfAJailStayOutOfAHostWhoseMountsAreShared) {
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result shared = run_command({"unshare", "--mount", "--propagation", "shared", "sh", "-c",
        jailctl + " start a.test && " + jailctl + " exec a.test -- ls /proc/1/root/dev/pts && grep " +
        site.home().string() + " /proc/self/mountinfo; " + jailctl + " stop a.test"});
    EXPECT_EQ(shared.status, 0) << shared.all();
    EXPECT_EQ(shared.all(), "Starting jail a.test...\nptmx\nStopping jail a.test...\n");
}

/// A directory that is no system, a wrong path as a rule: an init of ours alone would run in it, and every exec fail.
TEST_F(JailTest, ARootWithNothingToRunIsRefused) {
    const auto root = site.root("a.test");
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "usr/bin");
    std::filesystem::create_directory_symlink("usr/bin", root / "bin");
    spit(root / "letter.txt", "no system\n");
    for (const auto& words : {std::vector<std::string>{"start", "a.test"}, {"start", "a.test", "--dry-run"}}) {
        const Result refused = site.jailctl(words);
        EXPECT_EQ(refused.status, 1) << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("there is no system in " + root.string() + ": no init"));
        EXPECT_THAT(refused.err, HasSubstr("START_COMMAND"));
    }
    EXPECT_FALSE(std::filesystem::exists(root / "proc")) << "nothing is changed";
    EXPECT_THAT(left_behind(), IsEmpty());
    spit(root / "usr/bin/tool", "", 0755);  // no init and no rc, but something exec could run
    EXPECT_EQ(start().status, 0);
    EXPECT_EQ(stop().status, 0);
}

TEST_F(JailTest, ARunningJailIsNotStartedAgain) {
    ASSERT_EQ(start().status, 0);
    const Value before = record();
    const Result again = start();
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("a.test is already running"));
    EXPECT_EQ(record()["pid"].num(), before["pid"].num());
    EXPECT_EQ(site.jailctl({"start", "all"}).status, 0) << "through 'all' it counts as done";
}

TEST_F(JailTest, AtBootAJailWithAutostartNoIsLeftOut) {
    configure("AUTOSTART=no\n");
    const Result boot = site.jailctl({"--batch", "start", "all", "--autostart"});
    EXPECT_EQ(boot.status, 0) << boot.all();
    EXPECT_THAT(boot.all(), HasSubstr("AUTOSTART=no"));
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(start().status, 0) << "by hand it starts";
    EXPECT_EQ(mark(), '*');
}

TEST_F(JailTest, AStoppedJailIsNotStoppedAgain) {
    const Result stopped = stop();
    EXPECT_EQ(stopped.status, 1);
    EXPECT_THAT(stopped.err, HasSubstr("a.test is not running"));
    EXPECT_EQ(site.jailctl({"stop", "all"}).status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
    const Result mistyped = site.jailctl({"stop", "--timeout", "soon", "a.test"});
    EXPECT_EQ(mistyped.status, 2);
    EXPECT_THAT(mistyped.err, testing::StartsWith("jailctl: --timeout: 'soon'")) << "that is not about the jail";
}

/// One cause, one code and one sentence, whichever command meets it.
TEST_F(JailTest, CommandsSayTheSameOfAJailThatDoesNotRun) {
    const std::vector<std::vector<std::string>> commands{{"stop", "a.test"},
                                                         {"freeze", "a.test"},
                                                         {"thaw", "a.test"},
                                                         {"exec", "a.test", "--", "true"},
                                                         {"exec", "-u", "root", "a.test", "--", "true"},
                                                         {"--dry-run", "freeze", "a.test"},
                                                         {"--dry-run", "exec", "a.test", "--", "true"}};
    const auto expect = [&](const std::string& message) {
        for (const auto& words : commands) {
            const Value answer = site.json(words);
            const Value& error = answer["errors"].items().at(0);
            EXPECT_EQ(error["code"].str(), "not_found") << to_json(answer, 1);
            EXPECT_EQ(error["message"].str(), message) << to_json(answer, 1);
        }
    };
    expect("a.test is not running");
    std::filesystem::remove_all(site.root("a.test"));
    const std::string message = "a.test has not been created: nothing at " + site.root("a.test").string();
    expect(message);
    for (const auto& words : std::vector<std::vector<std::string>>{{"shell", "a.test"},
                                                                   {"cp", "/etc/passwd", "a.test:etc/"},
                                                                   {"freeze", "a.test"},
                                                                   {"exec", "a.test", "--", "true"}}) {
        const Result refused = site.jailctl(words);
        EXPECT_THAT(refused.err, HasSubstr(message)) << words.front();
        EXPECT_THAT(refused.err, HasSubstr("hint: create it: jailctl create a.test")) << words.front();
    }
    EXPECT_EQ(site.jailctl({"stop", "all"}).status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(JailTest, AMissingRootIsNamedAndNothingChanges) {
    std::filesystem::remove_all(site.root("a.test"));
    const Result result = start();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("a.test has not been created"));
    EXPECT_THAT(result.err, HasSubstr("jailctl create a.test"));
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(JailTest, AnInitThatCannotBeRunIsReportedAndUndone) {
    spit(site.root("a.test") / "sbin/init", "not a program", 0644);
    const Result result = start();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("jailctl: a.test: cannot run /sbin/init in the jail: Permission denied\nhint: "));
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(JailTest, RestartGivesANewInitAndKeepsTheData) {
    ASSERT_EQ(start().status, 0);
    const auto first = record()["pid"].num();
    ASSERT_EQ(inside("echo kept > /root/data").status, 0);
    const Result restarted = site.jailctl({"restart", "a.test"});
    EXPECT_EQ(restarted.status, 0) << restarted.all();
    EXPECT_EQ(restarted.out, "Stopping jail a.test...\nStarting jail a.test...\n");
    EXPECT_NE(record()["pid"].num(), first);
    EXPECT_EQ(inside("cat /root/data").out, "kept\n");
}

TEST_F(JailTest, ARestartThatDoesNotComeUpAgainSaysThatTheJailIsDown) {
    ASSERT_EQ(start().status, 0);
    site.configure(entries, "START_COMMAND=/no/such");
    const Result restarted = site.jailctl({"restart", "a.test"});
    EXPECT_EQ(restarted.status, 1) << restarted.all();
    EXPECT_THAT(restarted.err, HasSubstr("a.test is stopped now and was not started again: "));
    EXPECT_THAT(restarted.err, HasSubstr("cannot run /no/such in the jail"));
    EXPECT_EQ(mark(), ' ');
    const Result again = site.jailctl({"restart", "a.test"});
    EXPECT_THAT(again.err, Not(HasSubstr("is stopped now"))) << "it was before";
}

TEST_F(JailTest, ARestartThatCouldNotJoinItsNetworkStopsNothing) {
    ASSERT_EQ(start().status, 0);
    site.configure(entries, "FORWARD=tcp:80:80");
    const Result refused = site.jailctl({"restart", "a.test"});
    EXPECT_EQ(refused.status, 2) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("a.test could not be started again, and is not stopped: FORWARD"));
    EXPECT_EQ(mark(), '*');
}

TEST_F(JailTest, FilesMadeInsideBelongToTheJailsOwnIdsOnDisk) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("touch /root/f; chown 7:8 /root/f").status, 0);
    struct stat info {};
    ASSERT_EQ(::stat((site.root("a.test") / "root/f").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 7U);
    EXPECT_EQ(info.st_gid, 8U);
}

TEST_F(JailTest, FreezeStopsTimeAndThawLetsItGoOn) {
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(site.jailctl({"freeze", "a.test"}).out, "a.test is frozen\n");
    EXPECT_EQ(mark(), '~');
    EXPECT_EQ(site.jailctl({"freeze", "a.test"}).status, 1);
    const Result refused = inside("true");
    EXPECT_EQ(refused.status, 125) << "a command in a frozen jail would hang";
    EXPECT_THAT(refused.err, HasSubstr("a.test is frozen"));
    EXPECT_EQ(site.jailctl({"thaw", "a.test"}).out, "a.test runs again\n");
    EXPECT_EQ(mark(), '*');
    EXPECT_EQ(inside("true").status, 0);
    EXPECT_EQ(site.jailctl({"freeze", "a.test"}).status, 0);
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.err, testing::Not(HasSubstr("killed"))) << "stop thaws first, so that it can end by itself";
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(JailTest, TwoStartsAtOnceStartOneJail) {
    Result first, second;
    std::thread other([&] { first = start(); });
    second = start();
    other.join();
    EXPECT_EQ((first.status == 0) + (second.status == 0), 1) << first.all() << second.all();
    const std::string refusal = first.status == 0 ? second.err : first.err;
    EXPECT_TRUE(refusal.find("is busy") != std::string::npos || refusal.find("already running") != std::string::npos)
        << refusal;
    EXPECT_EQ(mark(), '*');
}

TEST_F(JailTest, DryRunNamesTheStepsAndTakesNone) {
    const Result result = site.jailctl({"--dry-run", "start", "a.test"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("would make the jail's control groups"));
    EXPECT_THAT(result.out, HasSubstr("would run jail-init in the jail"));
    EXPECT_EQ(mark(), ' ');
    EXPECT_TRUE(record().is_null());
    EXPECT_THAT(left_behind(), IsEmpty());
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(site.jailctl({"--dry-run", "stop", "a.test"}).status, 0);
    EXPECT_EQ(mark(), '*');
}

TEST_F(JailTest, DryRunOfRestartNamesBothHalves) {
    site.configure({"a.test:192.0.2.1"}, "READY_COMMAND=true");
    const std::string up =
        "would run jail-init in the jail\nwould record the running jail\nwould wait until READY_COMMAND succeeds\n";
    const Result stopped = site.jailctl({"--dry-run", "restart", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.out, HasSubstr(up));
    EXPECT_THAT(stopped.out, Not(HasSubstr("would ask init to end")));
    EXPECT_EQ(mark(), ' ');
    ASSERT_EQ(start().status, 0);
    const Value before = record();
    const Result running = site.jailctl({"--dry-run", "restart", "a.test"});
    EXPECT_EQ(running.status, 0) << running.all();
    EXPECT_THAT(running.out, HasSubstr("would ask init to end\n"));
    EXPECT_THAT(running.out, HasSubstr(up));
    EXPECT_EQ(record()["pid"].num(), before["pid"].num());
    EXPECT_EQ(site.jailctl({"--dry-run", "start", "a.test"}).status, 1) << "it runs already";
}

TEST_F(JailTest, DryRunIsRefusedWhereTheCommandWouldBe) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"freeze", "a.test"},
                                                  {"thaw", "a.test"},
                                                  {"shell", "a.test"},
                                                  {"exec", "a.test", "--", "true"},
                                                  {"stop", "a.test"}}) {
        const Result real = site.jailctl(words);
        std::vector<std::string> tried{"--dry-run"};
        tried.insert(tried.end(), words.begin(), words.end());
        const Result dry = site.jailctl(tried);
        EXPECT_NE(dry.status, 0) << words[0];
        EXPECT_EQ(dry.status, real.status) << words[0];
        EXPECT_EQ(dry.err, real.err) << words[0];
    }
}

TEST_F(JailTest, StartSaysTheIdInJson) {
    const Value document = site.json({"start", "a.test"});
    EXPECT_TRUE(document["ok"].truth());
    ASSERT_EQ(document["jails"].items().size(), 1U);
    EXPECT_EQ(document["jails"].items()[0]["id"].num(), record()["pid"].num());
}

}  // namespace
}  // namespace jailctl::test
