#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::IsEmpty;

/// kill -9 at each point of start and stop (JAILCTL_FAULT, sdk operation): status is true, and the next command cleans.
class KillSweep : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(start().status, 0);
        cgroup_ = record()["cgroup"].str();
        ASSERT_EQ(stop().status, 0);
    }
    void expect_nothing_left(int point) const {
        EXPECT_THAT(cgroup_directories(cgroup_), IsEmpty()) << "point " << point;
        EXPECT_THAT(left_behind(), IsEmpty()) << "point " << point;
        EXPECT_TRUE(record().is_null()) << "point " << point;
    }
    std::string cgroup_;
};

TEST_F(KillSweep, StartKilledAtEachPointIsCleanedByTheNextStart) {
    int point = 1;
    for (; point < 100 && killed_at(point, site, {"start", "a.test"}); ++point) {
        const char now = mark();
        EXPECT_TRUE(now == ' ' || now == '?' || now == '*') << point << ": " << now;
        const Result next = start();
        EXPECT_TRUE(next.status == 0 || next.err.find("already running") != std::string::npos)
            << point << ": " << next.all();
        EXPECT_EQ(mark(), '*') << point;
        EXPECT_EQ(inside("echo works").out, "works\n") << point;
        ASSERT_EQ(stop().status, 0) << point;
        expect_nothing_left(point);
    }
    EXPECT_GE(point, 5) << "the sweep reached no points";
    EXPECT_EQ(mark(), '*') << "the last one was not killed";
}

TEST_F(KillSweep, StartKilledAtEachPointIsCleanedByStop) {
    for (int point = 1; point < 100 && killed_at(point, site, {"start", "a.test"}); ++point) {
        stop();
        EXPECT_EQ(mark(), ' ') << point;
        expect_nothing_left(point);
    }
}

TEST_F(KillSweep, StopKilledAtEachPointIsFinishedByTheNextStop) {
    int point = 1;
    for (; point < 100; ++point) {
        ASSERT_EQ(start().status, 0) << point;
        if (!killed_at(point, site, {"stop", "--timeout", "0", "a.test"})) break;
        const char now = mark();
        EXPECT_TRUE(now == ' ' || now == '*' || now == '?') << point << ": " << now;
        stop();
        EXPECT_EQ(mark(), ' ') << point;
        expect_nothing_left(point);
    }
    EXPECT_GE(point, 5) << "the sweep reached no points";
    expect_nothing_left(point);
}

TEST_F(KillSweep, StopKilledAtEachPointDoesNotStandInTheWayOfStart) {
    for (int point = 1; point < 100; ++point) {
        ASSERT_EQ(start().status, 0) << point;
        if (!killed_at(point, site, {"stop", "--timeout", "0", "a.test"})) break;
        const Result next = start();
        EXPECT_TRUE(next.status == 0 || next.err.find("already running") != std::string::npos)
            << point << ": " << next.all();
        EXPECT_EQ(inside("echo works").out, "works\n") << point;
        ASSERT_EQ(stop().status, 0) << point;
        expect_nothing_left(point);
    }
}

TEST_F(KillSweep, RestartKilledAtEachPointIsCleanedByStart) {
    int point = 1;
    for (; point < 100; ++point) {
        ASSERT_EQ(start().status, 0) << point;
        if (!killed_at(point, site, {"restart", "--timeout", "0", "a.test"})) break;
        const Result next = start();
        EXPECT_TRUE(next.status == 0 || next.err.find("already running") != std::string::npos)
            << point << ": " << next.all();
        EXPECT_EQ(inside("echo works").out, "works\n") << point;
        ASSERT_EQ(stop().status, 0) << point;
        expect_nothing_left(point);
    }
    EXPECT_GE(point, 10) << "the sweep reached no points";
    ASSERT_EQ(stop().status, 0);
    expect_nothing_left(point);
}

/// The names of the other jails are written while the jail is down; nobody may find a file of ours in it afterwards.
TEST_F(KillSweep, StartKilledWhileItWritesHostsLeavesNothingInTheJail) {
    site.configure({"a.test:127.0.0.2", "b.test:192.0.2.2"}, "NETWORK=host\n");
    const auto temporary = site.root("a.test") / "etc/.jailctl-new";
    bool was_there = false;
    for (int n = 1; n < 30 && !was_there; ++n) {
        ASSERT_TRUE(killed_at_call("renameat", n, site, {"start", "a.test"})) << n;
        was_there = std::filesystem::exists(temporary);
        stop();
        EXPECT_FALSE(std::filesystem::exists(temporary)) << n;
    }
    EXPECT_TRUE(was_there) << "killed before it was written, or after";
    expect_nothing_left(0);
}

/// exec changes nothing that lasts, so it has no journal: killed at each of its calls it leaves the jail as it was.
TEST_F(KillSweep, ExecKilledOnItsWayLeavesTheJailAsItWas) {
    ASSERT_EQ(start().status, 0);
    for (const char* call : {"pidfd_open", "setns", "clone3", "poll", "wait4", "pipe2"})
        for (int n = 1; n < 4 && killed_at_call(call, n, site, {"exec", "a.test", "--", "true"}); ++n) {
            EXPECT_EQ(mark(), '*') << call << n;
            EXPECT_EQ(inside("echo works").out, "works\n") << call << n;
        }
    ASSERT_EQ(stop().status, 0);
    expect_nothing_left(0);
}

}  // namespace
}  // namespace jailctl::test
