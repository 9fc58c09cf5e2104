#include <chrono>
#include <csignal>
#include <gmock/gmock.h>
#include <filesystem>
#include <sys/stat.h>
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

TEST_F(ExecTest, AJailThatEndsOnTheWayInIsToldAsThat) {
    const Result late = traced(
        site, {"-qq", "-o", "/dev/null", "-e", "trace=setns", "-e", "inject=setns:error=ESRCH:when=1"},
        {"exec", "a.test", "--", "true"});
    EXPECT_EQ(late.status, 125) << late.all();
    EXPECT_THAT(late.err, HasSubstr("jailctl: a.test: the jail has ended meanwhile"));
}

TEST_F(ExecTest, StatusIsTheOneOfTheCommand) {
    EXPECT_EQ(exec({"true"}).status, 0);
    EXPECT_EQ(inside("exit 7").status, 7);
    EXPECT_EQ(inside("kill -TERM $$").status, 128 + 15);
    EXPECT_EQ(inside("kill -KILL $$").status, 128 + 9);
}

/// strace holds the one who entered between its last words and its end, as a tracer or stopper inside the jail can. It
/// holds us at our own end, too, so that the test ends it: what was said by then is what counts.
TEST_F(ExecTest, WhoHasSaidWhyItCannotRunIsNotWaitedFor) {
    std::vector<std::string> words{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=exit_group", "-e",
                                   "inject=exit_group:delay_enter=100000000:when=1", (stage() / "bin/jailctl").string(),
                                   "--config", site.config().string(), "exec", "a.test", "--", "/nonexistent"};
    RunOptions options;
    options.limit = std::chrono::seconds(15);
    options.environment = {no_leak_search};
    EXPECT_THAT(run_command(words, options).err, HasSubstr("cannot run /nonexistent in the jail"));
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

TEST_F(ExecTest, ACommandThatDidNotRunIsAFailure) {
    const Value document = site.json({"exec", "a.test", "--", "no-such-program"});
    EXPECT_EQ(document["status"].num(), 127);
    EXPECT_EQ(document["jails"].items()[0]["result"].str(), "failed");
    EXPECT_EQ(document["jails"].items()[0]["exit_status"].num(), 127);
    EXPECT_TRUE(document["omissions"].items().empty()) << to_json(document);
    ASSERT_EQ(document["errors"].items().size(), 1U) << to_json(document);
    EXPECT_THAT(document["errors"].items()[0]["message"].str(), HasSubstr("cannot run no-such-program in the jail"));
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
    for (const char* name : {"SECRET", "LD_PRELOAD", "JAILCTL"})
        EXPECT_THAT(environment, testing::Not(HasSubstr(name)));
}

TEST_F(ExecTest, NothingOfTheCallerIsInherited) {
    // sh is given an ignored signal, a blocked mask cannot be made from sh; umask, cwd, a descriptor and limits can.
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result result =
        run_command({"/bin/sh", "-c",
                     "cd /var/tmp; umask 0777; trap '' TERM; ulimit -n 77; exec 7</etc/hostname; nice -n 5 " + jailctl +
                         " exec a.test -- sh -c 'pwd; umask; ulimit -n; ls /proc/self/fd | wc -l; grep SigIgn "
                         "/proc/self/status; cut -d\" \" -f19 /proc/self/stat'"});
    // 0, 1, 2 and the directory ls itself reads.
    EXPECT_THAT(result.out, testing::MatchesRegex("/\n0022\n(1024|77)\n4\nSigIgn:\t0000000000000000\n0\n"))
        << result.err;
}

TEST_F(ExecTest, ClosedStdioOfTheCallerIsNoDanger) {
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result result =
        run_command({"/bin/sh", "-c", jailctl + " exec a.test -- sh -c 'echo hello > /root/said' <&- >&- 2>&-"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/said"), "hello\n");
}

TEST_F(ExecTest, ADaemonThatKeepsThePipeIsNotWaitedFor) {
    const Result result = site.jailctl({"exec", "a.test", "--", "sh", "-c", "sleep 1000 & echo done"},
                                       {.limit = std::chrono::seconds(30)});
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
    for (int attempt = 0; attempt < 200 && !std::filesystem::exists(site.root("a.test") / "root/ready"); ++attempt)
        ::usleep(20000);
    ::usleep(300000);
    ::kill(pid, SIGINT);
    ::usleep(500000);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, WNOHANG), 0) << "a stopped process does not hear the first";
    const auto before = std::chrono::steady_clock::now();
    ::kill(pid, SIGINT);
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
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

TEST_F(ExecTest, WithoutTheDashesItSaysWhereTheCommandStands) {
    const Result result = site.jailctl({"exec", "a.test", "id"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("hint: a command to be run stands behind '--'"));
}

TEST_F(ExecTest, WithoutACommandItIsAUsageError) {
    const Result result = site.jailctl({"exec", "a.test"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("COMMAND"));
}

class ExecSeveral : public ExecTest {
protected:
    void SetUp() override {
        entries.push_back("b.test:192.0.2.2");
        entries.push_back("c.test:192.0.2.3");
        configure("NETWORK=none\n");
        ExecTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(site.jailctl({"start", "b.test"}).status, 0);
    }
};

TEST_F(ExecSeveral, LinesBearTheJailsNameAndATableTellsHowItEnded) {
    const Result both =
        site.jailctl({"exec", "a.test", "b.test", "--", "sh", "-c", "hostname; echo -n 'no \033 end' >&2"});
    EXPECT_EQ(both.status, 0) << both.all();
    for (const char* line : {"a.test: a.test\n", "b.test: b.test\n", "a.test: no ", "b.test: no "})
        EXPECT_THAT(both.out, HasSubstr(line));
    EXPECT_THAT(both.out, testing::Not(HasSubstr("\033"))) << "a jail steers no terminal";
    EXPECT_THAT(both.out, HasSubstr("jail    result"));
    EXPECT_EQ(site.jailctl({"exec", "a.test", "b.test", "--", "cat"}, {.input = "for one alone\n"}).status, 0)
        << "no input";
}

TEST_F(ExecSeveral, AStatusOrAJailThatIsDownIsAFailureOfThatJail) {
    const Result some = site.jailctl({"exec", "a.test", "b.test", "--", "sh", "-c", "test $(hostname) = b.test"});
    EXPECT_EQ(some.status, 3);
    EXPECT_THAT(some.all(), HasSubstr("a.test: error: the command ended with status 1"));
    EXPECT_EQ(site.jailctl({"exec", "all", "--", "true"}).status, 3) << "c.test does not run";
    EXPECT_EQ(site.jailctl({"exec", "a.test", "b.test", "--", "false"}).status, 1);
    const Value told = site.json({"exec", "a.test", "b.test", "--", "sh", "-c", "hostname; test $(hostname) = b.test"});
    ASSERT_EQ(told["jails"].items().size(), 2U);
    EXPECT_EQ(told["jails"].items()[0]["output"].str(), "a.test\n");
    EXPECT_EQ(told["jails"].items()[0]["exit_status"].num(), 1);
    EXPECT_EQ(told["jails"].items()[0]["result"].str(), "failed");
    EXPECT_EQ(told["jails"].items()[1]["exit_status"].num(), 0);
}

class ExecAs : public ExecTest {
protected:
    void SetUp() override {
        ExecTest::SetUp();
        if (IsSkipped()) return;
        spit(site.root("a.test") / "etc/passwd",
             "root:x:0:0::/root:/bin/sh\nbroken "
             "line\nalice:x:1000:100:A:/home/alice:/bin/ash\nmany:x:4294967295:100::/:/bin/sh\n"
             "far:x:70000:100::/:/bin/sh\n");
        spit(site.root("a.test") / "etc/group", "root:x:0:\nusers:x:100:\naudio:x:29:alice\nwheel:x:10:bob,alice\n");
        std::filesystem::create_directories(site.root("a.test") / "home/alice");
        EXPECT_EQ(inside("chown 1000:100 /home/alice; chmod 700 /home/alice /root").status, 0);
    }
    Result as(const std::string& user, const std::string& script, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"exec", "a.test", "-u", user};
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--", "sh", "-c", script});
        return site.jailctl(words);
    }
    void expect_refused(const Result& result, const std::string& why) const {
        EXPECT_EQ(result.status, 125);
        EXPECT_THAT(result.err, HasSubstr(why));
    }
    std::string ids_ =
        "id -u; id -g; grep Groups /proc/self/status; grep CapPrm /proc/self/status; grep CapAmb /proc/self/status";
};

TEST_F(ExecAs, TheIdsAreThoseOfTheJailsOwnFilesAndCapabilitiesAreGone) {
    const std::string none = "CapPrm:\t0000000000000000\nCapAmb:\t0000000000000000\n";
    EXPECT_EQ(as("alice", ids_).out, "1000\n100\nGroups:\t10 29 100 \n" + none);
    EXPECT_EQ(as("1000", ids_).out, "1000\n100\nGroups:\t10 29 100 \n" + none);
    EXPECT_EQ(as("alice:wheel", ids_).out, "1000\n10\nGroups:\t10 \n" + none);
    EXPECT_EQ(as("1234:5", ids_).out, "1234\n5\nGroups:\t5 \n" + none);
    EXPECT_EQ(as("alice", "echo $HOME $USER $LOGNAME $SHELL").out, "/home/alice alice alice /bin/ash\n");
    EXPECT_EQ(as("1234:5", "echo $HOME $USER-").out, "/ -\n");
    EXPECT_NE(as("alice", "cat /root/x; ls /root").status, 0);
    EXPECT_EQ(as("alice", "touch /home/alice/mine && stat -c %u:%g /home/alice/mine").out, "1000:100\n");
    EXPECT_EQ(as("alice", "kill -0 1").status, 1) << "the jail's init is root's";
}

TEST_F(ExecAs, WhoIsNotThereIsRefused) {
    expect_refused(as("nobody-here", "true"), "there is no user 'nobody-here' in the jail's /etc/passwd");
    expect_refused(as("1234", "true"), "give a group as well: -u 1234:1234");
    expect_refused(as("alice:nothing", "true"), "there is no group 'nothing'");
    expect_refused(as("many", "id"), "there is no user 'many'");
    expect_refused(as("4294967295:0", "id"), "there is no user '4294967295'");
    expect_refused(as("far", "id"), "is no id of the jail's");
    const auto file = site.root("a.test") / "etc/passwd";
    spit(file, slurp(file) + ":x:0:0::/:/bin/sh\n");
    for (const std::string word : {"", ":0", "alice:", ":"}) {
        expect_refused(as(word, "touch /root/ran"), "'" + word + "' names no user");
        expect_refused(site.jailctl({"shell", "a.test", "-u", word}), "'" + word + "' names no user");
    }
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test") / "root/ran"));
    std::filesystem::remove(site.root("a.test") / "etc/passwd");
    expect_refused(as("alice", "true"), "there is no user 'alice'");
}

TEST_F(ExecAs, FilesThatAreNoneStopNobody) {
    const auto passwd = site.root("a.test") / "etc/passwd";
    std::filesystem::remove(passwd);
    ASSERT_EQ(::mkfifo(passwd.c_str(), 0666), 0);
    EXPECT_EQ(as("alice", "true").status, 125);
    std::filesystem::remove(passwd);
    std::filesystem::create_symlink("/../../../../../../etc/passwd", passwd);
    EXPECT_EQ(as("daemon", "true").status, 125) << "nobody of the host's";
    std::filesystem::remove(passwd);
    spit(passwd, std::string(2 << 20, 'x'));
    EXPECT_EQ(as("alice", "true").status, 125);
}

TEST_F(ExecAs, VariablesAndDirectory) {
    const auto run = [&](std::vector<std::string> options, const std::string& script) {
        std::vector<std::string> words{"exec"};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"a.test", "--", "sh", "-c", script});
        return site.jailctl(words);
    };
    EXPECT_EQ(run({"-e", "A=1", "--env", "B=two words=", "-w", "/home/alice"}, "echo $A-$B; pwd").out,
              "1-two words=\n/home/alice\n");
    EXPECT_EQ(as("alice", "echo $HOME", {"-e", "HOME=/tmp"}).out, "/tmp\n");
    expect_refused(run({"-e", "A"}, "true"), "'A' is no variable with its value");
    expect_refused(run({"-e", "1=2"}, "true"), "'1=2' is no variable");
    expect_refused(run({"-w", "tmp"}, "true"), "-w needs an absolute path");
    expect_refused(run({"-w", ""}, "true"), "-w needs an absolute path in the jail, and not ''");
    expect_refused(run({"-w", "/nowhere"}, "true"), "cannot enter /nowhere in the jail");
    expect_refused(as("alice", "true", {"-w", "/root"}), "cannot enter /root in the jail");
    EXPECT_EQ(site.jailctl({"exec", "a.test", "-e", "PATH=/nowhere", "--", "true"}).status, 127);
}

TEST_F(ExecAs, AShellIsTheUsersOwn) {
    RunOptions options;
    options.input = "echo $SHELL $HOME $USER; pwd; id -u; exit 4\n";
    const Result result = site.jailctl({"shell", "a.test", "-u", "alice"}, options);
    EXPECT_EQ(result.out, "/bin/ash /home/alice alice\n/home/alice\n1000\n") << result.err;
    EXPECT_EQ(result.status, 4);
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

/// Who broke it must be able to mend it.
TEST_F(ExecTest, RootsShellNeedsNoPasswd) {
    const auto passwd = site.root("a.test") / "etc/passwd";
    RunOptions options;
    options.input = "echo $SHELL $HOME $USER; exit 3\n";
    const auto expect_a_shell = [&](const char* what) {
        const Result result = site.jailctl({"shell", "a.test"}, options);
        EXPECT_EQ(result.out, "/bin/sh /root root\n") << what << ": " << result.err;
        EXPECT_EQ(result.status, 3) << what;
        EXPECT_THAT(result.err, HasSubstr("etc/passwd in the root")) << what;
        std::filesystem::remove(passwd);
    };
    std::filesystem::remove(passwd);
    ASSERT_EQ(::mkfifo(passwd.c_str(), 0666), 0);
    expect_a_shell("a pipe");
    std::filesystem::create_directory(passwd);
    expect_a_shell("a directory");
    spit(passwd, std::string(2 << 20, 'x'));
    expect_a_shell("too large");
}

}  // namespace
}  // namespace jailctl::test
