/// `logs`: what the first process said, kept without a process of ours.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <sstream>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class LogsTest : public JailTest {
protected:
    Result logs(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"logs", "a.test"});
        return site.jailctl(more);
    }
    void rc(const std::string& script) const { spit(site.root("a.test") / "etc/rc", script, 0644); }
    Result logs_with(const std::string& text) const {
        Result result = logs();
        for (int attempt = 0; attempt < 100 && result.out.find(text) == std::string::npos; ++attempt, ::usleep(20000))
            result = logs();
        return result;
    }
};

TEST_F(LogsTest, ShowWhatRcSaidWhileTheJailRunsAndAfterwards) {
    rc("echo one; echo two >&2; echo three\n");
    spit(site.root("a.test") / "etc/rc.shutdown", "echo going down\n", 0644);
    EXPECT_EQ(logs().status, 1) << "never started";
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(logs_with("three").out, "one\ntwo\nthree\n");
    EXPECT_EQ(logs({"-n", "2"}).out, "two\nthree\n");
    EXPECT_EQ(logs({"-n", "0"}).out, "");
    EXPECT_EQ(logs({"--lines", "x"}).status, 2);
    ASSERT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(logs().out, "one\ntwo\nthree\ngoing down\n");
    EXPECT_EQ(site.json({"logs", "a.test"})["jails"].items().at(0)["output"].str(), "one\ntwo\nthree\ngoing down\n");
    EXPECT_THAT(left_behind(), testing::IsEmpty());
    rc("echo again\n");
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(logs_with("again").out, "again\n");
}

TEST_F(LogsTest, AnInitThatDiedLeavesItsLastWords) {
    spit(site.root("a.test") / "etc/start", "#!/bin/sh\necho no license >&2\nexit 3\n", 0755);
    configure("START_COMMAND=/etc/start");
    const Result result = start();
    if (result.status != 0) {
        EXPECT_THAT(result.err, HasSubstr("its init ended at once"));
    }
    for (int attempt = 0; attempt < 100 && mark() != ' '; ++attempt) ::usleep(20000);
    EXPECT_EQ(logs().out, "no license\n");
    site.jailctl({"stop", "a.test"});
    EXPECT_EQ(logs().out, "no license\n");
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(LogsTest, AreBoundedAndLookingMakesRoom) {
    ASSERT_EQ(start().status, 0);
    // Init's own stdout, as a daemon that rc started would have it.
    const Result flood = inside("exec 3>>/proc/1/fd/1; head -c 4000000 /dev/zero | tr '\\0' x >&3; echo status $?");
    EXPECT_THAT(flood.all(), testing::AnyOf(HasSubstr("No space left"), HasSubstr("status 1")));
    struct stat info {};
    ASSERT_EQ(::stat((site.run_dir() / "console/a.test/log").c_str(), &info), 0);
    EXPECT_LE(info.st_blocks * 512, 1 << 20);
    EXPECT_GT(logs().out.size(), 500000U);
    EXPECT_EQ(inside("echo there is room >>/proc/1/fd/1").status, 0);
    EXPECT_THAT(logs({"-n", "1"}).out, testing::EndsWith("there is room\n"));
}

TEST_F(LogsTest, WhateverTheJailDoesToItsOutput) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("printf 'a\\033[2Jb\\n' >>/proc/1/fd/1").status, 0);
    EXPECT_EQ(logs().out, "a\\x1b[2Jb\n") << "a terminal is not steered";
    ASSERT_EQ(inside("truncate -s 4E /proc/1/fd/1 || truncate -s 1000000000000 /proc/1/fd/1; true").status, 0);
    EXPECT_EQ(logs().status, 0);
    ASSERT_EQ(inside("echo fresh >/proc/1/fd/1").status, 0) << "its root may open it again, as /dev/stdout";
    EXPECT_THAT(logs().out, HasSubstr("fresh"));
    EXPECT_EQ(stop().status, 0);
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

/// The file is its own, so the kernel grants it one: opening must not wait for a jail that does not want to be read.
TEST_F(LogsTest, AnInitThatHoldsALeaseOnItsOutputKeepsNobodyWaiting) {
    std::filesystem::copy_file(LEASEHOLDER, site.root("a.test") / "sbin/leaseholder");
    configure("START_COMMAND=/sbin/leaseholder\n");
    ASSERT_EQ(start().status, 0);
    struct stat output {};
    ASSERT_EQ(::stat((site.run_dir() / "console/a.test/log").c_str(), &output), 0);
    const auto settled = [&] {  // it has the lease, or has said that there is none
        const std::string held = ":" + std::to_string(output.st_ino) + " ";
        std::istringstream locks(slurp("/proc/locks"));
        for (std::string line; std::getline(locks, line);)
            if (line.find(" LEASE ") != std::string::npos && line.find(held) != std::string::npos) return true;
        ::stat((site.run_dir() / "console/a.test/log").c_str(), &output);
        return output.st_size > 0;
    };
    for (int attempt = 0; attempt < 1000 && !settled(); ++attempt) ::usleep(20000);
    RunOptions options;
    options.limit = std::chrono::seconds(30);  // a lease is broken by force after 45 s
    const Result refused = site.jailctl({"logs", "a.test"}, options);
    if (refused.out == "no lease\n") GTEST_SKIP() << "this kernel grants no lease on the console";
    EXPECT_EQ(refused.status, 1) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("the init of a.test holds a lease on its output"));
    EXPECT_THAT(refused.err, HasSubstr("hint: "));
    ASSERT_EQ(stop().status, 0);
    EXPECT_EQ(logs().out, "leased\n");
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(LogsTest, FollowEndsWithTheJail) {
    rc("echo up\n");
    spit(site.root("a.test") / "etc/rc.shutdown", "echo down\n", 0644);
    ASSERT_EQ(start().status, 0);
    logs_with("up");
    const Result both = run_command({"sh", "-c",
                                     (stage() / "bin/jailctl").string() + " --config " + site.config().string() +
                                         " logs -f a.test & sleep 0.5; " + (stage() / "bin/jailctl").string() +
                                         " --quiet --config " + site.config().string() + " stop a.test; wait"});
    EXPECT_EQ(both.status, 0) << both.all();
    EXPECT_EQ(both.out, "up\ndown\n");
    EXPECT_EQ(site.jailctl({"--json", "logs", "-f", "a.test"}).status, 2);
}

TEST_F(LogsTest, GoWithADeletedJail) {
    rc("echo up\n");
    ASSERT_EQ(start().status, 0);
    logs_with("up");
    ASSERT_EQ(stop().status, 0);
    EXPECT_TRUE(std::filesystem::exists(site.state() / "console/a.test.log"));
    const Result deleted = site.jailctl({"delete", "a.test", "--yes"});
    EXPECT_EQ(deleted.status, 0) << deleted.all();
    EXPECT_FALSE(std::filesystem::exists(site.state() / "console/a.test.log"));
}

}  // namespace
}  // namespace jailctl::test
