#include <chrono>
#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using clock = std::chrono::steady_clock;
using testing::HasSubstr;

/// What runs as the first process, and how it is asked to end.
class InitTest : public JailTest {
protected:
    [[nodiscard]] bool appears(const char* file) const {
        for (int attempt = 0; attempt < 100; ++attempt, ::usleep(20000))
            if (std::filesystem::exists(site.root("a.test") / file)) return true;
        return false;
    }
};

TEST_F(InitTest, JailInitRunsRcAndRcShutdown) {
    const auto root = site.root("a.test");
    spit(root / "etc/rc", "echo up > /root/up\n", 0644);
    spit(root / "etc/rc.shutdown", "#!/bin/sh\nsleep 0.2\necho down > /root/down\n", 0755);
    ASSERT_EQ(start().status, 0);
    EXPECT_TRUE(appears("root/up"));
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(slurp(root / "root/down"), "down\n");
}

TEST_F(InitTest, StartReturnsWhenRcHasEnded) {
    spit(site.root("a.test") / "etc/rc", "sleep 0.5\n: > /run/up\n", 0644);
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(inside("test -e /run/up").status, 0);
    EXPECT_EQ(inside("ls /proc/1/fd").out, "0\n1\n2\n") << "what it told on is closed";
}

TEST_F(InitTest, AnRcThatNeverEndsIsToldAndTheJailGoesOn) {
    spit(site.root("a.test") / "etc/rc", "(sleep 0.2; : > /run/child) &\nexec sleep 1000\n", 0644);
    configure("READY_TIMEOUT=1");
    const Result result = start();
    EXPECT_EQ(result.status, 4) << result.all();
    EXPECT_THAT(result.err,
                HasSubstr("the wait for a.test to be ready: it runs, but its init is still starting after 1"));
    EXPECT_EQ(mark(), '*');
    ASSERT_EQ(stop().status, 0);
    EXPECT_EQ(site.jailctl({"start", "--no-wait", "a.test"}).status, 0);
}

TEST_F(InitTest, AnRcThatPowersOffIsAJailThatEnded) {
    spit(site.root("a.test") / "etc/rc", "kill -USR2 1\nsleep 1000\n", 0644);
    const Result result = start();
    EXPECT_EQ(result.status, 1) << result.all();
    EXPECT_THAT(result.err,
                testing::AnyOf(HasSubstr("a.test ended before it was ready"), HasSubstr("its init ended at once")))
        << "found before it is recorded, or after";
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

/// What jail-init tells on can be reopened from inside, and says only what process 1 says.
TEST_F(InitTest, NobodyElseSaysThatItIsReady) {
    spit(site.root("a.test") / "etc/rc", "for fd in /proc/1/fd/*; do echo READY=1 > $fd; done\nsleep 1; : > /run/up\n",
         0644);
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(inside("test -e /run/up").status, 0);
}

TEST_F(InitTest, JailInitSendsTermToTheRest) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("(trap 'echo asked > /root/asked; exit' TERM; while :; do sleep 0.05; done) "
                     ">/dev/null 2>&1 </dev/null & sleep 0.2").status, 0);
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/asked"), "asked\n");
}

TEST_F(InitTest, JailInitReapsOrphans) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("for i in 1 2 3 4 5; do (sleep 0.01 &) ; done >/dev/null 2>&1; sleep 0.3").status, 0);
    EXPECT_EQ(inside("ps -o stat | grep -c ^Z").out, "0\n");
}

TEST_F(InitTest, JailInitCannotBeChangedFromInside) {
    ASSERT_EQ(start().status, 0);
    EXPECT_THAT(inside("readlink /proc/1/exe").out, HasSubstr("memfd:jail-init"));
    EXPECT_NE(inside("echo x > /proc/1/exe").status, 0);
}

TEST_F(InitTest, BusyboxInitBootsAndIsAskedToPowerOff) {
    add_busybox_init(site.root("a.test"));
    ASSERT_EQ(start().status, 0);
    for (int attempt = 0; attempt < 50 && inside("test -e /run/booted").status != 0; ++attempt) ::usleep(20000);
    EXPECT_EQ(inside("test -e /run/booted").status, 0);
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.err, testing::Not(HasSubstr("killed")));
    EXPECT_TRUE(std::filesystem::exists(site.root("a.test") / "tmp/was-shut-down"));
}

/// A busybox under the name of sysvinit, which heeds no signal of sysvinit's: told by its own telinit.
TEST_F(InitTest, SysvinitIsToldByItsOwnProgram) {
    const auto root = site.root("a.test");
    std::filesystem::copy_file(root / "bin/busybox", root / "sbin/init");
    spit(root / "etc/inittab", "::shutdown:/bin/touch /root/was-shut-down\n");
    spit(root / "sbin/telinit", "#!/bin/sh\necho $1 > /root/told\nkill -USR2 1\n", 0755);
    ASSERT_EQ(start().status, 0);
    ::usleep(300000);
    const Result stopped = site.jailctl({"--verbose", "stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(slurp(root / "root/told"), "0\n");
    EXPECT_TRUE(std::filesystem::exists(root / "root/was-shut-down")) << stopped.all();
}

TEST_F(InitTest, StartCommandIsTheFirstProcess) {
    configure("START_COMMAND=\"/bin/sleep 1000\"");
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(inside("cat /proc/1/comm").out, "sleep\n");
}

TEST_F(InitTest, AnInitThatHeedsNoSignalIsNotWaitedFor) {
    configure("START_COMMAND=\"/bin/sleep 1000\"");
    ASSERT_EQ(start().status, 0);
    const auto before = clock::now();
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.err, HasSubstr("a.test is killed: its first process ignores the signal to end"));
    EXPECT_LT(clock::now() - before, std::chrono::seconds(20)) << "STOP_TIMEOUT is 60 s";
}

TEST_F(InitTest, AnInitThatTakesTooLongIsKilled) {
    spit(site.root("a.test") / "etc/rc.shutdown", "#!/bin/sh\nsleep 1000\n", 0755);
    configure("STOP_TIMEOUT=1");
    ASSERT_EQ(start().status, 0);
    const auto before = clock::now();
    const Result stopped = site.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.err, HasSubstr("a.test is killed: its first process did not end within 1 s"));
    EXPECT_GE(clock::now() - before, std::chrono::seconds(1));
    EXPECT_LT(clock::now() - before, std::chrono::seconds(30));
    EXPECT_EQ(mark(), ' ');
}

TEST_F(InitTest, StopSignalOfTheConfigurationIsUsed) {
    spit(site.root("a.test") / "etc/start", "#!/bin/sh\ntrap 'echo hup > /root/hup; exit' HUP\n"
                                            "while :; do sleep 0.05; done\n", 0755);
    configure("START_COMMAND=/etc/start\nSTOP_SIGNAL=HUP");
    ASSERT_EQ(start().status, 0);
    ::usleep(300000);
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/hup"), "hup\n");
}

TEST_F(InitTest, AnInitThatEndsAtOnceIsNotARunningJail) {
    configure("START_COMMAND=/bin/true");
    const Result result = start();
    if (result.status != 0) {
        EXPECT_THAT(result.err, HasSubstr("its init ended at once"));
        EXPECT_THAT(left_behind(), testing::IsEmpty());
    }
    for (int attempt = 0; attempt < 100 && mark() != ' '; ++attempt) ::usleep(20000);
    EXPECT_EQ(mark(), ' ') << "it ended just after the start looked at it";
}

}  // namespace
}  // namespace jailctl::test
