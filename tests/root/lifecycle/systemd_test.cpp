/// A Debian with systemd inside (CAPABILITIES=system): boots, runs, stops, and leaves nothing.
#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// Made once per build tree: it takes a quarter of a minute and a mirror of Debian.
fs::path debian() {
    const fs::path archive = JAILCTL_DEBIAN;
    const Result made = run_command({"sh", JAILCTL_MAKE_DEBIAN, archive.string()},
                                    {.limit = std::chrono::seconds(300)});
    return made.status == 0 ? archive : fs::path{};
}

class Systemd : public testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        archive_ = debian();
        if (archive_.empty()) GTEST_SKIP() << "no Debian could be made: mmdebstrap or a mirror is missing";
        site_.configure({"s.test:192.0.2.1"},
                        "CAPABILITIES=system\nSTOP_TIMEOUT=30\nBASE=archive:" + archive_.string() + "\n");
    }
    void TearDown() override { site_.jailctl({"stop", "--timeout", "0", "s.test"}); }
    Result inside(const std::vector<std::string>& command) const {
        std::vector<std::string> all{"exec", "s.test", "--"};
        all.insert(all.end(), command.begin(), command.end());
        return site_.jailctl(all, {.limit = std::chrono::seconds(60)});
    }
    [[nodiscard]] bool runs() const { return site_.jailctl({"status"}).out.find("*s.test") != std::string::npos; }

    fs::path archive_;
    Site site_{{"s.test:192.0.2.1"}};
};

TEST_F(Systemd, BootsRunsAndStopsInItsOwnWay) {
    const Result created = site_.jailctl({"create", "s.test", "--batch"}, {.limit = std::chrono::seconds(120)});
    ASSERT_EQ(created.status, 0) << created.all();
    const Result started = site_.jailctl({"start", "s.test"}, {.limit = std::chrono::seconds(90)});
    ASSERT_EQ(started.status, 0) << started.all();
    const Result state = inside({"systemctl", "is-system-running"});
    EXPECT_THAT(state.out, testing::AnyOf("running\n", "degraded\n")) << state.all();
    EXPECT_EQ(inside({"systemctl", "--failed", "--no-legend", "--plain"}).out, "");
    EXPECT_EQ(inside({"cat", "/proc/1/comm"}).out, "systemd\n");
    EXPECT_THAT(inside({"cat", "/proc/1/cgroup"}).out, HasSubstr("0::/init.scope\n"));
    EXPECT_EQ(inside({"systemd-run", "--quiet", "--wait", "-p", "PrivateTmp=yes", "true"}).status, 0);

    // What it may not, though it may mount.
    EXPECT_NE(inside({"unshare", "--user", "true"}).status, 0);
    EXPECT_NE(inside({"mknod", "/tmp/null", "c", "1", "3"}).status, 0);
    EXPECT_NE(inside({"sh", "-c", "echo 1 > /proc/sys/kernel/sysrq"}).status, 0);
    EXPECT_NE(inside({"sh", "-c", "mount -o remount,rw /proc/sys && echo x > /proc/sys/kernel/core_pattern"}).status,
              0);
    EXPECT_NE(inside({"mount", "-t", "ext4", "/dev/zero", "/mnt"}).status, 0);
    // The kernel lets it look at v1 hierarchies, where there are any; of those it owns nothing.
    EXPECT_NE(inside({"sh", "-c", "mount -t cgroup -o memory none /mnt && echo 1 > /mnt/memory.limit_in_bytes"}).status,
              0);
    EXPECT_NE(inside({"sh", "-c", "mountpoint -q /mnt && mkdir /mnt/more"}).status, 0);
    (void)inside({"umount", "/mnt"});

    // exec after a change of the configuration is confined as init was.
    site_.configure({"s.test:192.0.2.1"}, "STOP_TIMEOUT=30\n");
    EXPECT_EQ(inside({"sh", "-c", "mount -t tmpfs none /mnt"}).status, 0);
    const Result stopped = site_.jailctl({"stop", "s.test"}, {.limit = std::chrono::seconds(60)});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(stopped.all().find("did not end"), std::string::npos);
    EXPECT_FALSE(runs());
}

TEST_F(Systemd, PowerOffFromInsideIsAStoppedJailThatStartsAgain) {
    ASSERT_EQ(site_.jailctl({"create", "s.test", "--batch"}, {.limit = std::chrono::seconds(120)}).status, 0);
    ASSERT_EQ(site_.jailctl({"start", "s.test"}, {.limit = std::chrono::seconds(90)}).status, 0);
    (void)inside({"systemctl", "poweroff"});
    for (int attempt = 0; attempt < 300 && runs(); ++attempt) ::usleep(50000);
    EXPECT_FALSE(runs());
    const Result again = site_.jailctl({"start", "s.test"}, {.limit = std::chrono::seconds(90)});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(site_.jailctl({"stop", "s.test"}, {.limit = std::chrono::seconds(60)}).status, 0);
    EXPECT_EQ(site_.jailctl({"delete", "s.test", "--yes"}, {.limit = std::chrono::seconds(60)}).status, 0);
}

}  // namespace
}  // namespace jailctl::test
