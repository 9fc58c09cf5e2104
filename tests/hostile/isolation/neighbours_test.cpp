#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;

constexpr const char* unreached = "abstract-socket=ECONNREFUSED\nloopback=ECONNREFUSED\nshared-memory=ENOENT\n"
                                  "message-queue=ENOENT\nsignal=ESRCH\nproc-entry=ENOENT\n";

/// What has a name without a file: of the host and of another jail it is out of reach.
class Neighbours : public JailTest {
protected:
    void SetUp() override {
        entries = {"a.test:192.0.2.1", "b.test:192.0.2.2"};
        configure("");
        JailTest::SetUp();
        if (IsSkipped()) return;
        for (const char* jail : {"a.test", "b.test"}) {
            fs::copy_file(JAIL_PROBE, site.root(jail) / "bin/probe");
            ASSERT_EQ(site.jailctl({"start", jail}).status, 0);
        }
    }
    std::string reached(const char* jail, const std::string& process) const {
        return site.jailctl({"exec", jail, "--", "/bin/probe", "reach", process}).out;
    }
};

TEST_F(Neighbours, NothingOfAnotherJailIsReached) {
    ASSERT_EQ(inside("/bin/probe offer >/root/offer 2>&1 </dev/null & until grep -q = /root/offer; do sleep 0.02; done")
                  .status,
              0);
    ASSERT_EQ(slurp(site.root("a.test") / "root/offer"), "offer=up\n");
    EXPECT_THAT(reached("a.test", "1"),
                HasSubstr("abstract-socket=ok\nloopback=ok\nshared-memory=ok\nmessage-queue=ok\nsignal=ok\n"))
        << "or the other half of this test proves nothing";
    // Numbers of processes as the host counts them mean nothing inside.
    EXPECT_EQ(reached("b.test", std::to_string(record("a.test")["pid"].num())), unreached);
}

TEST_F(Neighbours, NothingOfTheHostIsReached) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::execl(JAIL_PROBE, "probe", "offer", nullptr);
        ::_exit(127);
    }
    Result here;
    for (int attempt = 0; attempt < 100 && here.out.find("socket=ok") == std::string::npos; ++attempt, ::usleep(20000))
        here = run_command({JAIL_PROBE, "reach", std::to_string(pid)});
    EXPECT_THAT(here.out,
                HasSubstr("abstract-socket=ok\nloopback=ok\nshared-memory=ok\nmessage-queue=ok\nsignal=ok\n"));
    EXPECT_EQ(reached("b.test", std::to_string(pid)), unreached);
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
}

/// A jail that pries at each process while commands enter it: a copy of jailctl is not to be looked into.
class Entering : public JailTest, public testing::WithParamInterface<const char*> {};

TEST_P(Entering, NothingOfTheHostCanBeOpenedOnTheWayIn) {
    configure(std::string("CAPABILITIES=") + GetParam() + "\n");
    fs::copy_file(JAIL_PROBE, site.root("a.test") / "bin/probe");
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("for n in 1 2; do /bin/probe watch 20 >/root/watch$n 2>&1 </dev/null & done").status, 0);
    RunOptions options;
    options.environment = {"CANARY=of-the-host"};
    for (int run = 0; run < 50; ++run)
        ASSERT_EQ(site.jailctl({"exec", "a.test", "--", "true"}, options).status, 0);
    ASSERT_EQ(
        inside(
            "touch /root/watched; until grep -q found /root/watch1 && grep -q found /root/watch2; do sleep 0.05; done")
            .status,
        0);
    long refused = 0;
    for (const char* name : {"root/watch1", "root/watch2"}) {
        const std::string seen = slurp(site.root("a.test") / name);
        EXPECT_THAT(seen, HasSubstr("found=\n"));
        refused += std::stol(seen.substr(seen.find("refused=") + 8));
    }
    EXPECT_GT(refused, 0) << "no process was caught on its way in: the test saw nothing";
}

/// Nor can a jail keep a command of ours for ever.
class Held : public JailTest {
protected:
    void hold(const std::string& how) {
        configure("READY_TIMEOUT=1s\nREADY_COMMAND=true\n");
        fs::copy_file(JAIL_PROBE, site.root("a.test") / "bin/probe");
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\nexec /bin/probe hold " + how + "\n", 0755);
        ASSERT_EQ(site.jailctl({"start", "--no-wait", "a.test"}).status, 0);
    }
    Result bounded(const std::vector<std::string>& words) const {
        RunOptions options;
        options.limit = std::chrono::seconds(30);
        return site.jailctl(words, options);
    }
};

TEST_F(Held, OneThatIsStoppedWhileItEntersEndsInItsTime) {
    hold("stop");
    Result last;
    last.status = 0;
    for (int attempt = 0; attempt < 100 && last.status == 0; ++attempt)
        last = bounded({"restart", "--timeout", "0", "a.test"});
    EXPECT_THAT(last.err, HasSubstr("a.test was not ready within 1.00 s"));
    EXPECT_EQ(last.status, 1);
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(Held, OneThatIsTracedIsGivenUp) {
    hold("trace");
    const Result held = bounded({"exec", "a.test", "--", "sleep", "0.5"});
    EXPECT_EQ(held.status, 125);
    EXPECT_THAT(held.err, HasSubstr("something in the jail traces it"));
    ASSERT_EQ(stop().status, 0);
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Under, Entering, testing::Values("default", "system"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace jailctl::test
