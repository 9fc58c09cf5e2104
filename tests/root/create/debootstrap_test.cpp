// A Debian in the making that is broken off: whatever mmdebstrap started ends, and nothing of it stays.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "jailctl/sdk/process.hpp"
#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::Not;

namespace {

/// A mirror that takes connections and never answers.
class SilentMirror {
public:
    SilentMirror() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&here), size), 0);
        EXPECT_EQ(::listen(socket_.get(), 16), 0);
        EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size), 0);
        port_ = ntohs(here.sin_port);
    }
    std::string base() const {
        return "BASE=debootstrap:bookworm,http://127.0.0.1:" + std::to_string(port_) + "/debian";
    }
    /// Somebody who asks; -1 if nobody does within a minute.
    UniqueFd caller() const {
        pollfd wait{socket_.get(), POLLIN, 0};
        return UniqueFd(::poll(&wait, 1, 60'000) == 1 ? ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1);
    }

private:
    UniqueFd socket_;
    int port_ = 0;
};

/// Whether who holds the other end lets go of it, as the kernel does for one that is killed.
bool let_go(int connection) {
    for (;;) {
        pollfd wait{connection, POLLIN, 0};
        if (::poll(&wait, 1, 20'000) != 1) return false;
        char asked[1024];
        if (::read(connection, asked, sizeof asked) <= 0) return true;
    }
}

class Debootstrap : public OneJail {
protected:
    void SetUp() override {
        OneJail::SetUp();
        if (find_program("mmdebstrap").empty()) GTEST_SKIP() << "mmdebstrap is not installed";
    }
    /// create, which has come to the point where apt waits for the mirror.
    ChildProcess waiting_create() {
        site_.configure({"a.test:192.0.2.1"}, mirror_.base());
        Program program;
        program.path = (stage() / "bin/jailctl").string();
        program.arguments = {"--config", site_.config().string(), "--batch", "create", "a.test"};
        ChildProcess child = spawn(program, -1);
        caller_ = mirror_.caller();
        EXPECT_TRUE(caller_) << "apt asked for nothing";
        return child;
    }
    SilentMirror mirror_;
    UniqueFd caller_;
};

}  // namespace

TEST_F(Debootstrap, InterruptedItEndsWithAllThatItStarted) {
    for (const int signal : {SIGINT, SIGTERM}) {
        ChildProcess child = waiting_create();
        EXPECT_FALSE(std::filesystem::is_empty(site_.home() / ".jailctl-create-a.test")) << "its files are elsewhere";
        child.kill(signal);
        EXPECT_EQ(child.wait().signal, signal);
        EXPECT_TRUE(let_go(caller_.get())) << "apt still waits after signal " << signal;
        expect_no_jail("after signal " + std::to_string(signal));
    }
}

TEST_F(Debootstrap, KilledItEndsWithAllThatItStartedAndTheNextCommandRemovesItsFiles) {
    ChildProcess child = waiting_create();
    child.kill(SIGKILL);
    EXPECT_EQ(child.wait().signal, SIGKILL);
    EXPECT_TRUE(let_go(caller_.get())) << "apt still waits";
    EXPECT_EQ(remove().status, 0);
    expect_no_jail();
}

TEST_F(Debootstrap, WhyThereIsNoDebianIsSaid) {
    site_.configure({"a.test:192.0.2.1"}, "BASE=debootstrap:bookworm,file:///nonexistent/debian");
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("file:/nonexistent/debian bookworm Release: File not found"));
    EXPECT_THAT(made.err, HasSubstr("see whether the mirror is within reach"));
    expect_no_jail();
}

TEST_F(Debootstrap, AMirrorWithAPasswordIsRefusedAndThePasswordIsNotRepeated) {
    site_.configure({"a.test:192.0.2.1"}, "BASE=debootstrap:bookworm,http://me:s3cret@192.0.2.9/debian");
    const Result made = create();
    EXPECT_EQ(made.status, 2);
    EXPECT_THAT(made.err, HasSubstr("user or password"));
    EXPECT_THAT(made.all(), Not(HasSubstr("s3cret")));
    expect_no_jail();
}

}  // namespace jailctl::test
