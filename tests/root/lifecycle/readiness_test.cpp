#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class Ready : public JailTest {
protected:
    void wait_for(const std::string& command, const std::string& more = "READY_TIMEOUT=20s\n") {
        configure("READY_COMMAND=\"" + command + "\"\n" + more);
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\nsleep 1\ntouch /root/ready\n", 0755);
    }
    [[nodiscard]] bool is_ready() const { return std::filesystem::exists(site.root("a.test") / "root/ready"); }
};

TEST_F(Ready, StartReturnsWhenTheCommandSucceedsOrAtOnceIfAsked) {
    wait_for("echo noise; test -e /root/ready");
    const Result up = start();
    EXPECT_EQ(up.status, 0) << up.all();
    EXPECT_TRUE(is_ready());
    EXPECT_THAT(up.all(), testing::Not(HasSubstr("noise")));
    ASSERT_EQ(stop().status, 0);
    std::filesystem::remove(site.root("a.test") / "root/ready");
    EXPECT_EQ(site.jailctl({"start", "--no-wait", "a.test"}).status, 0);
    EXPECT_FALSE(is_ready());
    EXPECT_EQ(site.jailctl({"restart", "--timeout", "0", "a.test"}).status, 0);
    EXPECT_TRUE(is_ready());
}

TEST_F(Ready, AJailThatDoesNotBecomeReadyIsDownAgain) {
    wait_for("sleep 1000", "READY_TIMEOUT=1s\nSTOP_TIMEOUT=1s\n");
    const Result late = start();
    EXPECT_EQ(late.status, 1);
    EXPECT_THAT(late.err, HasSubstr("a.test was not ready within 1.00 s"));
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(left_behind(), std::vector<std::string>{});
}

TEST_F(Ready, AJailThatEndsMeanwhileIsToldAndNothingIsLeft) {
    wait_for("false", "START_COMMAND=\"/bin/sleep 1\"\n");
    const Result ended = start();
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("a.test ended before it was ready"));
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(left_behind(), std::vector<std::string>{});
}

TEST_F(Ready, AnRcThatFailedIsToldAndTheJailRuns) {
    const auto rc = [this](const std::string& script) {
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\n" + script + "\n", 0755);
        const Result up = start();
        EXPECT_EQ(up.status, 0) << up.all();
        EXPECT_EQ(mark(), '*');
        EXPECT_EQ(stop().status, 0);
        return up.err;
    };
    EXPECT_EQ(rc("exit 0"), "");
    EXPECT_EQ(rc("exit 3"), "warning: a.test runs, but its /etc/rc ended with status 3: see 'jailctl logs a.test'\n");
    EXPECT_THAT(rc("kill -9 $$"), HasSubstr("its /etc/rc was ended by signal 9"));
    EXPECT_THAT(rc("exit 255"), HasSubstr("its /etc/rc ended with status 255")) << "there is no signal 127";
    spit(site.root("a.test") / "etc/rc", "#!/no/such/shell\n", 0755);
    const Result up = start();
    EXPECT_THAT(up.err, HasSubstr("its /etc/rc ended with status 127")) << up.all();
}

TEST_F(Ready, ASignalMeanwhileTakesItDown) {
    wait_for("false", "STOP_TIMEOUT=1s\n");
    const Result told = run_command({"/usr/bin/timeout", "-s", "INT", "2", (stage() / "bin/jailctl").string(),
                                     "--config", site.config().string(), "start", "a.test"});
    EXPECT_EQ(told.status, 124) << told.all();
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(left_behind(), std::vector<std::string>{});
}

}  // namespace
}  // namespace jailctl::test
