/// What counts as an init's word that it is ready.
#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.hpp"

namespace jailctl::lifecycle {
namespace {

class Notify : public testing::Test {
protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        ours_ = UniqueFd{ends[0]};
        theirs_ = UniqueFd{ends[1]};
        const int on = 1;
        ASSERT_EQ(::setsockopt(ours_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
    }
    void send(std::string_view text) const {
        ASSERT_EQ(::send(theirs_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] bool ready(int init = ::getpid()) const { return heard_ready(ours_.get(), init).has_value(); }

    UniqueFd ours_, theirs_;
};

TEST_F(Notify, ALineOfItsOwnSaysIt) {
    EXPECT_FALSE(ready()) << "nothing was said";
    for (const char* other : {"READY=10", "STATUS=READY=1", "XREADY=1", "READY=1 ", "", "\n\n"}) {
        send(other);
        EXPECT_FALSE(ready()) << other;
    }
    send("READY=1");
    EXPECT_TRUE(ready());
    send("STATUS=Startup finished in 3s.\nREADY=1\n");
    EXPECT_TRUE(ready());
}

TEST_F(Notify, HowRcEndedIsANumberOfAStatusOrNothing) {
    const auto status = [this](const char* text) {
        send(text);
        return heard_ready(ours_.get(), ::getpid());
    };
    EXPECT_EQ(status("READY=1"), 0);
    EXPECT_EQ(status("READY=1\nX_JAILCTL_RC=127"), 127);
    EXPECT_EQ(status("X_JAILCTL_RC=255\nREADY=1\n"), 255);
    for (const char* odd : {"READY=1\nX_JAILCTL_RC=256", "READY=1\nX_JAILCTL_RC=-1", "READY=1\nX_JAILCTL_RC=1x",
                            "READY=1\nX_JAILCTL_RC=", "READY=1\nX_JAILCTL_RC=99999999999999999999"})
        EXPECT_EQ(status(odd), 0) << odd;
    EXPECT_EQ(status("X_JAILCTL_RC=1"), std::nullopt);
}

TEST_F(Notify, OnlyProcessOneIsHeard) {
    const pid_t other = ::fork();
    ASSERT_GE(other, 0);
    if (other == 0) ::_exit(::send(theirs_.get(), "READY=1", 7, 0) == 7 ? 0 : 1);
    int status = 1;
    ASSERT_EQ(::waitpid(other, &status, 0), other);
    ASSERT_EQ(status, 0);
    EXPECT_FALSE(ready());
    send("READY=1");
    EXPECT_TRUE(ready()) << "what others said is out of the way";
}

TEST_F(Notify, DescriptorsThatAreSentAlongAreNotTaken) {
    const auto open_ones = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    const auto before = open_ones();
    char text[] = "READY=1";
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    iovec part{text, sizeof text - 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int sent = 0;
    std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
    ASSERT_EQ(::sendmsg(theirs_.get(), &message, 0), static_cast<ssize_t>(sizeof text - 1));
    EXPECT_TRUE(ready());
    EXPECT_EQ(open_ones(), before);
}

TEST_F(Notify, ALongDatagramIsReadInPart) {
    send("READY=1\n" + std::string(60000, 'x'));
    EXPECT_TRUE(ready());
    send(std::string(60000, 'x') + "\nREADY=1");
    EXPECT_FALSE(ready());
}

}  // namespace
}  // namespace jailctl::lifecycle
