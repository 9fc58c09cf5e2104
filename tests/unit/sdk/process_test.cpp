#include "jailctl/sdk/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using namespace std::chrono_literals;
using test::code_thrown_by;
using Clock = std::chrono::steady_clock;

Program shell(const std::string& script) {
    Program program;
    program.path = "/bin/sh";
    program.arguments = {"-c", script};
    return program;
}

std::string output_of(Program program) {
    std::string output;
    program.on_output = [&](std::string_view chunk) { output += chunk; };
    EXPECT_TRUE(run(program).ok());
    return output;
}

bool gone(pid_t pid) {
    for (int i = 0; i < 200 && process_start_time(pid); ++i) ::usleep(10000);
    return !process_start_time(pid);
}

TEST(RunTest, ReportsHowItEnded) {
    EXPECT_TRUE(run(shell("exit 0")).ok());
    EXPECT_EQ(run(shell("exit 3")).text(), "exited with status 3");
    const auto killed = run(shell("kill -9 $$"));
    EXPECT_EQ(killed.code, 137);
    EXPECT_EQ(killed.text(), "was killed by signal 9 (Killed)");
}

TEST(RunTest, StartsWithACleanEnvironmentAndNoDescriptorOfOurs) {
    ::setenv("LD_PRELOAD_LIKE", "x", 1);
    const UniqueFd leak(::open("/dev/null", O_RDONLY));  // on purpose without O_CLOEXEC
    auto program = shell("echo $PATH:$ONE:$LD_PRELOAD_LIKE; pwd; umask; ls /proc/self/fd | tr '\\n' ' '");
    program.environment = {"ONE=1"};
    EXPECT_EQ(output_of(program),
              "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:1:\n/\n0022\n0 1 2 3 ");  // 3: ls itself
}

TEST(RunTest, ResetsSignalsAndMakesAProcessGroup) {
    ::signal(SIGUSR1, SIG_IGN);
    sigset_t set, before;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR2);
    ::sigprocmask(SIG_BLOCK, &set, &before);
    const std::string status =
        output_of(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; test $(ps -o pgid= $$) = $$ && echo leader"));
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGUSR1, SIG_DFL);
    EXPECT_NE(status.find("SigBlk:\t0000000000000000"), std::string::npos) << status;
    EXPECT_NE(status.find("SigIgn:\t0000000000000000"), std::string::npos) << status;
    EXPECT_NE(status.find("leader"), std::string::npos) << status;
}

TEST(RunTest, FeedsInputLargerThanAPipeWhileOutputComes) {
    auto program = shell("wc -c; cat >/dev/null");
    program.input = std::string(1 << 20, 'x');
    EXPECT_EQ(output_of(program), "1048576\n");
    auto deaf = shell("exit 0");
    deaf.input = program.input;
    EXPECT_TRUE(run(deaf).ok());  // and no SIGPIPE ends us
}

TEST(RunTest, DrainsAFloodAndKeepsTheTail) {
    std::size_t bytes = 0;
    auto program = shell("head -c 5000000 /dev/zero; echo end >&2");
    program.on_output = [&](std::string_view chunk) { bytes += chunk.size(); };
    EXPECT_TRUE(run(program).ok());
    EXPECT_EQ(bytes, 5000004U);
}

TEST(RunTest, DoesNotWaitForAGrandchildThatKeepsThePipe) {
    const auto begin = Clock::now();
    EXPECT_EQ(output_of(shell("echo out; setsid sleep 5 & exit 0")), "out\n");
    EXPECT_LT(Clock::now() - begin, 4s);
}

TEST(RunTest, PassesDescriptorsOnTheirNumbers) {
    Pipe a = make_pipe(), b = make_pipe();
    auto program = shell("echo three >&3; echo five >&5");
    program.descriptors = {{a.write.get(), 3}, {b.write.get(), 5}};
    EXPECT_TRUE(run(program).ok());
    a.write.reset();
    b.write.reset();
    char text[16] = {};
    EXPECT_EQ(::read(a.read.get(), text, sizeof text), 6);
    EXPECT_EQ(::read(b.read.get(), text, sizeof text), 5);
}

TEST(RunTest, SaysWhyItCannotStart) {
    Program program;
    program.path = "/nonexistent/program";
    EXPECT_EQ(code_thrown_by([&] { run(program); }), Errc::not_found);
    program.path = "relative";
    EXPECT_EQ(code_thrown_by([&] { run(program); }), Errc::internal);
    program.path = "/etc/passwd";
    EXPECT_EQ(code_thrown_by([&] { run(program); }), Errc::denied);
}

TEST(RunTest, NeedsFewDescriptors) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{std::min<rlim_t>(64, before.rlim_max), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(output_of(shell("echo here")), "here\n");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(RunTest, TheTimeLimitEndsTheWholeGroup) {
    auto program = shell("trap '' TERM; sleep 60 & echo $!; wait; wait");
    program.timeout = 300ms;
    std::string output;
    program.on_output = [&](std::string_view chunk) { output += chunk; };
    const auto begin = Clock::now();
    EXPECT_EQ(code_thrown_by([&] { run(program); }), Errc::timeout);
    EXPECT_LT(Clock::now() - begin, 10s);
    EXPECT_TRUE(gone(std::stoi(output)));
}

TEST(RunTest, AnExceptionOfTheReaderEndsTheProgram) {
    pid_t pid = 0;
    auto program = shell("echo x; sleep 60");
    program.on_start = [&](int started) { pid = started; };
    program.on_output = [](std::string_view) { throw Error(Errc::failed, "enough"); };
    EXPECT_EQ(code_thrown_by([&] { run(program); }), Errc::failed);
    EXPECT_TRUE(gone(pid));
}

/// What happens in a process of its own that gets SIGTERM while it runs `body`; its exit status.
template <class F>
int interrupted(F&& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::alarm(60);
        Interrupt::install();
        ::_exit(body());
    }
    ::usleep(200000);
    ::kill(pid, SIGTERM);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RunTest, ASignalEndsItUnlessShielded) {
    EXPECT_EQ(interrupted([] { return code_thrown_by([] { run(shell("sleep 30")); }) == Errc::interrupted ? 7 : 1; }),
              7);
    EXPECT_EQ(interrupted([] {
                  {
                      const Interrupt::Shield shield;
                      if (!run(shell("sleep 1; exit 0")).ok()) return 1;
                      Interrupt::check();
                  }
                  if (Interrupt::pending() != SIGTERM) return 2;
                  return code_thrown_by([] { Interrupt::check(); }) == Errc::interrupted ? 7 : 3;
              }),
              7);
}

TEST(ChildProcessTest, IsKilledAndReapedWithItsOwner) {
    Program program;
    program.path = "/bin/sleep";
    program.arguments = {"60"};
    pid_t pid = 0;
    {
        ChildProcess child = spawn(program, -1);
        pid = child.pid();
        EXPECT_GT(child.handle(), 2);
        ChildProcess moved = std::move(child);
        EXPECT_TRUE(process_start_time(pid));
    }
    EXPECT_FALSE(process_start_time(pid));
    EXPECT_EQ(::waitpid(pid, nullptr, 0), -1);
}

TEST(FindProgramTest, LooksInFixedDirectories) {
    EXPECT_NE(find_program("sh"), "");
    EXPECT_EQ(find_program("no-such-program"), "");
    EXPECT_EQ(find_program("../bin/sh"), "");
    EXPECT_EQ(find_program(""), "");
}

/// Descriptor 3 of the program is an end of a pipe, which everything it starts inherits: the pipe
/// ends with the last of them.
class EnclosedTest : public ::testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    Program enclosed(const std::string& script) {
        auto program = shell(script);
        program.enclosed = true;
        program.descriptors.emplace_back(ends_.write.get(), 3);
        return program;
    }
    /// Waits for the word that a script writes there.
    void hear() {
        pollfd word{ends_.read.get(), POLLIN, 0};
        ASSERT_EQ(::poll(&word, 1, 20'000), 1);
        char byte = 0;
        ASSERT_EQ(::read(ends_.read.get(), &byte, 1), 1);
    }
    /// Nobody holds it any more.
    bool ended() {
        ends_.write.reset();
        pollfd end{ends_.read.get(), POLLIN, 0};
        return ::poll(&end, 1, 20'000) == 1 && (end.revents & POLLHUP) != 0;
    }
    Pipe ends_ = make_pipe();
};

TEST_F(EnclosedTest, WhatItStartedIsKilledWhenItEnds) {
    EXPECT_TRUE(run(enclosed("trap '' TERM; setsid sleep 600 </dev/null >/dev/null 2>&1 & exit 0")).ok());
    EXPECT_TRUE(ended());
}

TEST_F(EnclosedTest, WhatItStartedIsKilledWhenItIsGivenUp) {
    {
        const ChildProcess child = spawn(enclosed("setsid sh -c 'echo >&3; exec sleep 600' & wait"), -1);
        hear();
    }
    EXPECT_TRUE(ended());
}

TEST_F(EnclosedTest, WhatItStartedIsKilledWithUs) {
    const pid_t us = ::fork();
    if (us == 0) {
        const ChildProcess child = spawn(enclosed("setsid sh -c 'echo >&3; exec sleep 600' & wait"), -1);
        for (;;) ::pause();
    }
    hear();
    ::kill(us, SIGKILL);
    ::waitpid(us, nullptr, 0);
    EXPECT_TRUE(ended());
}

TEST_F(EnclosedTest, ItIsTheFirstOfItsProcesses) {
    auto program = shell("echo $$ $(sh -c 'echo $PPID') $(readlink /proc/self)");
    program.enclosed = true;
    const auto output = output_of(program);
    EXPECT_EQ(output.substr(0, 2), "1 ") << output;
    EXPECT_LT(std::stoi(output.substr(output.rfind(' '))), 20) << output;  // /proc is of the same namespace
}

}  // namespace
}  // namespace jailctl
