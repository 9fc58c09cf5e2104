#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

/// jailctl on a terminal of the test's own.
class TerminalTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(start().status, 0);
    }
    void TearDown() override {
        if (master_ >= 0) ::close(master_);
        JailTest::TearDown();
    }
    void run(std::vector<std::string> words) {
        winsize size{33, 77, 0, 0};
        pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
        ASSERT_GE(pid_, 0);
        if (pid_ > 0) return;
        words.insert(words.begin(), {(stage() / "bin/jailctl").string(), "--config", site.config().string()});
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(99);
    }
    void type(const std::string& text) const {
        ASSERT_EQ(::write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    /// Reads until `text` came, at most ten seconds.
    bool sees(const std::string& text) {
        for (int attempt = 0; attempt < 100; ++attempt) {
            if (seen_.find(text) != std::string::npos) return true;
            pollfd waiting{master_, POLLIN, 0};
            char part[4096];
            if (::poll(&waiting, 1, 100) <= 0) continue;
            const ssize_t got = ::read(master_, part, sizeof part);
            if (got <= 0) break;
            seen_.append(part, static_cast<std::size_t>(got));
        }
        return seen_.find(text) != std::string::npos;
    }
    int wait() {
        int status = 0;
        for (int attempt = 0; attempt < 500; ++attempt, ::usleep(20000)) {
            sees("never printed by anything") ;
            if (::waitpid(pid_, &status, WNOHANG) == pid_)
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
        return -1;
    }

    int master_ = -1;
    pid_t pid_ = -1;
    std::string seen_;
};

TEST_F(TerminalTest, TheCommandGetsATerminalOfTheJailWithOurSize) {
    run({"exec", "a.test", "--", "sh", "-c", "tty; stty size; ls -l /dev/tty > /dev/null && echo has tty; exit 5"});
    EXPECT_TRUE(sees("/dev/pts/0")) << seen_;
    EXPECT_TRUE(sees("33 77")) << seen_;
    EXPECT_EQ(wait(), 5);
}

TEST_F(TerminalTest, WithJsonTheCommandHasNoneAndItsOutputIsInTheDocument) {
    run({"--json", "exec", "a.test", "--", "sh", "-c", "test -t 1 || echo no terminal; exit 6"});
    EXPECT_TRUE(sees("\"output\": \"no terminal\\n\"")) << seen_;
    EXPECT_EQ(wait(), 6);
}

TEST_F(TerminalTest, ControlCReachesTheCommandAndNotUs) {
    run({"exec", "a.test", "--", "sh", "-c",
         "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done"});
    ASSERT_TRUE(sees("ready"));
    type("\x03");
    EXPECT_TRUE(sees("caught")) << seen_;
    EXPECT_EQ(wait(), 9);
}

/// What enters is held on its way by the control group that it is born in.
TEST_F(TerminalTest, ControlCOnTheWayInEndsUsByTheSignal) {
    ASSERT_EQ(stop().status, 0);
    configure("CAPABILITIES=system\n");
    ASSERT_EQ(start().status, 0);
    const std::filesystem::path way_in = record()["cgroup_path"].str() + "/exec";
    spit(way_in / "cgroup.freeze", "1");
    run({"exec", "a.test", "--", "true"});
    for (int attempt = 0; attempt < 1000 && slurp(way_in / "cgroup.procs").empty(); ++attempt) ::usleep(10000);
    type("\x03");
    EXPECT_EQ(wait(), 128 + SIGINT) << seen_;
    EXPECT_EQ(seen_.find("no terminal"), std::string::npos) << seen_;
    spit(way_in / "cgroup.freeze", "0");
}

TEST_F(TerminalTest, ResizingIsPassedOn) {
    run({"exec", "a.test", "--", "sh", "-c",
         "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done"});
    ASSERT_TRUE(sees("ready"));
    const winsize size{50, 101, 0, 0};
    ASSERT_EQ(::ioctl(master_, TIOCSWINSZ, &size), 0);
    EXPECT_TRUE(sees("50 101")) << seen_;
    EXPECT_EQ(wait(), 0);
}

TEST_F(TerminalTest, OurTerminalIsAsItWasAfterwards) {
    termios before{}, after{};
    run({"exec", "a.test", "--", "sh", "-c", "echo ready; read line; exit 0"});
    ASSERT_TRUE(sees("ready"));
    ASSERT_EQ(::tcgetattr(master_, &before), 0);
    EXPECT_EQ(before.c_lflag & ICANON, 0U) << "raw while it runs";
    type("\r");
    EXPECT_EQ(wait(), 0);
    ASSERT_EQ(::tcgetattr(master_, &after), 0);
    EXPECT_NE(after.c_lflag & ICANON, 0U);
}

TEST_F(TerminalTest, AShellIsALoginShell) {
    spit(site.root("a.test") / "etc/profile", "PS1='prompt> '\n");
    run({"shell", "a.test"});
    ASSERT_TRUE(sees("prompt> ")) << seen_;
    type("echo $((40+2)); exit 6\r");
    EXPECT_TRUE(sees("42")) << seen_;
    EXPECT_EQ(wait(), 6);
}

TEST_F(TerminalTest, WithStdoutElsewhereNoDescriptorIsAHostTerminal) {
    const std::string out = (site.path() / "out").string();
    run({"exec", "a.test", "--", "true"});
    EXPECT_EQ(wait(), 0);
    ::close(master_);
    master_ = -1;
    winsize size{20, 20, 0, 0};
    pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
    ASSERT_GE(pid_, 0);
    if (pid_ == 0) {
        const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(file, 1);
        const std::string program = (stage() / "bin/jailctl").string(), config = site.config().string();
        ::execl(program.c_str(), "jailctl", "--config", config.c_str(), "exec", "a.test", "--", "sh", "-c",
                "readlink /proc/self/fd/0; readlink /proc/self/fd/2; tty <&2; echo x > /dev/tty || echo none", nullptr);
        ::_exit(99);
    }
    EXPECT_EQ(wait(), 0);
    const std::string said = slurp(out);
    EXPECT_THAT(said, testing::Not(HasSubstr("/dev/pts")));
    EXPECT_THAT(said, HasSubstr("pipe:"));
    EXPECT_THAT(said, HasSubstr("none"));
}

/// What takes over a second is not silent on a terminal, whoever it is that says when the jail is ready.
TEST_F(TerminalTest, AStartThatWaitsSaysSo) {
    ASSERT_EQ(stop().status, 0);
    const auto go = site.root("a.test") / "root/go";
    const std::string looks = "test -e /root/go", loops = "until test -e /root/go; do sleep 0.1; done";
    for (const auto& [command, rc] : {std::pair{looks, std::string("true")}, {loops, "true"}, {"", loops}}) {
        std::filesystem::remove(go);
        spit(site.root("a.test") / "etc/rc", rc + "\n");
        site.configure(entries, "READY_COMMAND=\"" + command + "\"\n");
        seen_.clear();
        run({"start", "a.test"});
        EXPECT_TRUE(sees("waiting for a.test to be ready: ")) << command << " " << rc << ": " << seen_;
        spit(go, "");
        EXPECT_EQ(wait(), 0) << seen_;
        EXPECT_EQ(::close(std::exchange(master_, -1)), 0);
        EXPECT_EQ(stop().status, 0);
    }
}

TEST_F(TerminalTest, AStopThatWaitsSaysSo) {
    spit(site.root("a.test") / "etc/rc.shutdown", "until test -e /root/go; do sleep 0.1; done\n");
    run({"stop", "a.test"});
    EXPECT_TRUE(sees("waiting for a.test to end, 60 s at most: ")) << seen_;
    spit(site.root("a.test") / "root/go", "");
    EXPECT_EQ(wait(), 0) << seen_;
}

}  // namespace
}  // namespace jailctl::test
