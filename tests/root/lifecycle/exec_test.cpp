#include <chrono>
#include <csignal>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class ExecTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(start().status, 0);
    }
    Result exec(std::vector<std::string> command, const RunOptions& options = {}) const {
        std::vector<std::string> words{"exec", "a.test", "--"};
        words.insert(words.end(), command.begin(), command.end());
        return site.jailctl(words, options);
    }
};

TEST_F(ExecTest, StatusIsTheOneOfTheCommand) {
    EXPECT_EQ(exec({"true"}).status, 0);
    EXPECT_EQ(inside("exit 7").status, 7);
    EXPECT_EQ(inside("kill -TERM $$").status, 128 + 15);
    EXPECT_EQ(inside("kill -KILL $$").status, 128 + 9);
}

TEST_F(ExecTest, NotFoundNotExecutableAndOwnFailuresAreToldApart) {
    const Result absent = exec({"no-such-program"});
    EXPECT_EQ(absent.status, 127);
    EXPECT_THAT(absent.err, HasSubstr("cannot run no-such-program in the jail"));
    EXPECT_EQ(exec({"/no/such/program"}).status, 127);
    spit(site.root("a.test") / "root/plain", "text", 0644);
    EXPECT_EQ(exec({"/root/plain"}).status, 126);
    EXPECT_EQ(exec({"/root"}).status, 126);
    ASSERT_EQ(stop().status, 0);
    const Result down = exec({"true"});
    EXPECT_EQ(down.status, 125);
    EXPECT_THAT(down.err, HasSubstr("a.test is not running"));
}

TEST_F(ExecTest, StreamsAreOurs) {
    RunOptions options;
    options.input = "one\ntwo\n";
    EXPECT_EQ(exec({"cat"}, options).out, "one\ntwo\n");
    const Result both = inside("echo out; echo err >&2");
    EXPECT_EQ(both.out, "out\n");
    EXPECT_EQ(both.err, "err\n");
    EXPECT_EQ(exec({"sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"}).out.size(), 3000000U);
}

TEST_F(ExecTest, ArgumentsArriveAsTheyWereGiven) {
    EXPECT_EQ(exec({"printf", "%s|", "a b", "", "--", "-x", "*"}).out, "a b||--|-x|*|");
}

TEST_F(ExecTest, EnvironmentIsFixed) {
    RunOptions options;
    options.environment = {"SECRET=1", "LD_PRELOAD=/x", "JAILCTL_LEAK=1"};
    const std::string environment = exec({"env"}, options).out;
    EXPECT_THAT(environment, HasSubstr("container=jailctl\n"));
    EXPECT_THAT(environment, HasSubstr("PATH=/usr/local/sbin:"));
    for (const char* name : {"SECRET", "LD_PRELOAD", "JAILCTL"}) EXPECT_THAT(environment, testing::Not(HasSubstr(name)));
}

TEST_F(ExecTest, NothingOfTheCallerIsInherited) {
    // sh is given an ignored signal, a blocked mask cannot be made from sh; umask, cwd, a descriptor and limits can.
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result result = run_command({"/bin/sh", "-c",
        "cd /var/tmp; umask 0777; trap '' TERM; ulimit -n 77; exec 7</etc/hostname; nice -n 5 " + jailctl +
        " exec a.test -- sh -c 'pwd; umask; ulimit -n; ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status; cut -d\" \" -f19 /proc/self/stat'"});
    // 0, 1, 2 and the directory ls itself reads.
    EXPECT_THAT(result.out, testing::MatchesRegex("/\n0022\n(1024|77)\n4\nSigIgn:\t0000000000000000\n0\n")) << result.err;
}

TEST_F(ExecTest, ClosedStdioOfTheCallerIsNoDanger) {
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result result = run_command({"/bin/sh", "-c", jailctl + " exec a.test -- sh -c 'echo hello > /root/said' <&- >&- 2>&-"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/said"), "hello\n");
}

TEST_F(ExecTest, ADaemonThatKeepsThePipeIsNotWaitedFor) {
    const Result result = site.jailctl({"exec", "a.test", "--", "sh", "-c", "sleep 1000 & echo done"}, {.limit = std::chrono::seconds(30)});
    EXPECT_EQ(result.status, 0);
}

TEST_F(ExecTest, RunsInTheJailsOwnNamespaces) {
    EXPECT_EQ(inside("hostname").out, "a.test\n");
    EXPECT_EQ(inside("cat /proc/self/cgroup | sed 's/.*://' | sort -u").out, "/\n");
    EXPECT_EQ(inside("cut -f6 -d' ' /proc/self/stat | xargs test 0 -ne").status, 0) << "a session of its own";
    EXPECT_EQ(inside("id -u; id -g; id -G").out, "0\n0\n0\n");
}

TEST_F(ExecTest, NothingIsLeftByManyOfThem) {
    for (int round = 0; round < 20; ++round) EXPECT_EQ(exec({"true"}).status, 0);
    EXPECT_EQ(processes(), "init sh ");
}

TEST_F(ExecTest, ASecondInterruptEndsWhatHeedsNone) {
    const std::string program = (stage() / "bin/jailctl").string();
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::setsid();
        ::execl(program.c_str(), "jailctl", "--config", site.config().c_str(), "exec", "a.test", "--", "sh", "-c",
                "touch /root/ready; kill -STOP $$", nullptr);
        ::_exit(99);
    }
    for (int attempt = 0; attempt < 200 && !std::filesystem::exists(site.root("a.test") / "root/ready"); ++attempt) ::usleep(20000);
    ::usleep(300000);
    ::kill(pid, SIGINT);
    ::usleep(500000);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, WNOHANG), 0) << "a stopped process does not hear the first";
    const auto before = std::chrono::steady_clock::now();
    ::kill(pid, SIGINT);
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 130) << status;
    EXPECT_EQ(processes(), "init sh ") << "it is gone from the jail too";
}

TEST_F(ExecTest, ErrorsNameTheJail) {
    const auto named = [&](const std::vector<std::string>& words) {
        const Value document = site.json(words);
        const auto& errors = document["errors"].items();
        return errors.empty() ? "no error" : errors.front()["jail"].str("null");
    };
    EXPECT_EQ(named({"exec", "a.test", "--", "no-such-program"}), "a.test");
    EXPECT_EQ(named({"exec", "a.test"}), "a.test");
    ASSERT_EQ(stop().status, 0);
    EXPECT_EQ(named({"exec", "a.test", "--", "true"}), "a.test");
}

TEST_F(ExecTest, WithoutACommandItIsAUsageError) {
    const Result result = site.jailctl({"exec", "a.test"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("COMMAND"));
}

TEST_F(ExecTest, ShellUsesTheJailsPasswd) {
    spit(site.root("a.test") / "etc/passwd", "root:x:0:0:root:/var:/bin/ash\n");
    RunOptions options;
    options.input = "echo $SHELL $HOME $USER; exit 3\n";
    const Result result = site.jailctl({"shell", "a.test"}, options);
    EXPECT_EQ(result.out, "/bin/ash /var root\n") << result.err;
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(site.jailctl({"console", "a.test"}, options).status, 3);
}

}  // namespace
}  // namespace jailctl::test
