#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A process that SIGKILL does not end for now: held by the v1 freezer, as one that waits for a dead disk would be.
class StuckTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (!std::filesystem::exists("/sys/fs/cgroup/freezer/tasks"))
            GTEST_SKIP() << "needs the v1 freezer to hold a process";
        holder_ = "/sys/fs/cgroup/freezer/jailctl-test-" + std::to_string(::getpid());
        ASSERT_EQ(::mkdir(holder_.c_str(), 0700), 0);
        ASSERT_EQ(start().status, 0);
    }
    void TearDown() override {
        if (!holder_.empty()) put("freezer.state", "THAWED");
        JailTest::TearDown();
        for (int attempt = 0; !holder_.empty() && attempt < 100 && ::rmdir(holder_.c_str()) != 0; ++attempt)
            ::usleep(20000);
    }
    void put(const char* file, const std::string& text) const {
        const int fd = ::open((holder_ + "/" + file).c_str(), O_WRONLY | O_CLOEXEC);
        ASSERT_GE(fd, 0);
        EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ::close(fd);
    }
    std::string holder_;
};

TEST_F(StuckTest, AProcessThatCannotBeKilledIsNamedAndNothingIsClaimed) {
    const std::string pid = std::to_string(record()["pid"].num());
    const std::string cgroup = record()["cgroup"].str();
    put("tasks", pid);
    put("freezer.state", "FROZEN");
    const Result stuck = stop();
    EXPECT_EQ(stuck.status, 1);
    EXPECT_THAT(stuck.err, HasSubstr("processes that cannot be killed: " + pid));
    EXPECT_FALSE(record().is_null()) << "it is not stopped, and must not count as stopped";
    EXPECT_THAT(cgroup_directories(cgroup), testing::Not(IsEmpty()));
    put("freezer.state", "THAWED");
    stop();
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_THAT(left_behind(), IsEmpty());
}

class HookTest : public JailTest {
protected:
    std::string hook(const char* name, const std::string& script) const {
        spit(site.path() / name, "#!/bin/sh\n" + script + "\n", 0700);
        return (site.path() / name).string();
    }
};

TEST_F(HookTest, ABeforeHookThatFailsStopsTheCommandBeforeItsFirstChange) {
    configure("BEFORESTART_HOOKS=" + hook("no", "exit 1"));
    EXPECT_EQ(start().status, 1);
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(left_behind(), IsEmpty());
    configure("");
    ASSERT_EQ(start().status, 0);
    configure("BEFORESTOP_HOOKS=" + hook("no", "exit 1"));
    EXPECT_EQ(stop().status, 1);
    EXPECT_EQ(mark(), '*');
    configure("");
}

TEST_F(HookTest, HooksGetNameAndIdAndAFailingAfterHookIsAnOmission) {
    const std::string note = (site.path() / "note").string();
    configure("BEFORESTART_HOOKS=" + hook("b", "echo \"before $1 [$2]\" >> " + note) +
              "\nAFTERSTART_HOOKS=" + hook("a", "echo \"after $1 [$2]\" >> " + note + "; exit 1"));
    EXPECT_EQ(start().status, 4);
    EXPECT_EQ(slurp(note), "before a.test []\nafter a.test [" + std::to_string(record()["pid"].num()) + "]\n");
    EXPECT_EQ(mark(), '*');
}

TEST_F(HookTest, ASignalToExecIsPassedOn) {
    ASSERT_EQ(start().status, 0);
    const std::string program = (stage() / "bin/jailctl").string();
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::setsid();
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
        ::execl(program.c_str(), "jailctl", "--config", site.config().c_str(), "exec", "a.test", "--", "sh", "-c",
                "trap 'echo term > /root/asked; exit 9' TERM; touch /root/ready; while :; do sleep 0.05; done",
                nullptr);
        ::_exit(99);
    }
    for (int attempt = 0; attempt < 200 && !std::filesystem::exists(site.root("a.test") / "root/ready"); ++attempt)
        ::usleep(20000);
    ::kill(pid, SIGTERM);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE((WIFEXITED(status) && WEXITSTATUS(status) == 9) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))
        << status;
    EXPECT_EQ(slurp(site.root("a.test") / "root/asked"), "term\n");
}

}  // namespace
}  // namespace jailctl::test
