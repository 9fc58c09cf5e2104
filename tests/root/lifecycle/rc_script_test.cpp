/// The script that starts and stops jails on hosts without systemd.
#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class RcScript : public JailTest {
protected:
    /// A test that failed may leave a jail that only its supervisor stops, or a hook that forbids it.
    void TearDown() override {
        configure("");
        site.jailctl({"stop", "--supervised", "a.test"});
        JailTest::TearDown();
    }
    Result rc(const std::string& word) const {
        RunOptions options;
        options.environment = {"JAILCTL=" + (stage() / "bin/jailctl").string(),
                               "JAILCTL_CONF=" + site.config().string()};
        return run_command({(stage() / "etc/init.d/jailctl").string(), word}, options);
    }
};

TEST_F(RcScript, StartsAtBootAndStopsAtShutdown) {
    EXPECT_EQ(rc("status").status, 3);
    const Result up = rc("start");
    EXPECT_EQ(up.status, 0) << up.all();
    EXPECT_EQ(mark(), '*');
    EXPECT_EQ(rc("start").status, 0) << "what runs already is done";
    const Result status = rc("status");
    EXPECT_EQ(status.status, 0);
    EXPECT_THAT(status.out, HasSubstr("*a.test"));
    const auto before = record()["pid"].num();
    EXPECT_EQ(rc("restart").status, 0);
    EXPECT_NE(record()["pid"].num(), before);
    EXPECT_EQ(rc("stop").status, 0);
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(rc("stop").status, 0);
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(RcScript, LeavesOutWhatIsNotStartedAtBoot) {
    configure("AUTOSTART=no");
    EXPECT_EQ(rc("start").status, 0);
    EXPECT_EQ(mark(), ' ');
    ASSERT_EQ(start().status, 0) << "by hand";
    EXPECT_EQ(rc("stop").status, 0);
    EXPECT_EQ(mark(), ' ') << "a shutdown stops it all the same";
}

TEST_F(RcScript, SaysWhatInitScriptsAreToSay) {
    EXPECT_EQ(rc("frobnicate").status, 2);
    std::filesystem::remove_all(site.root("a.test") / "bin");
    configure("START_COMMAND=/bin/none");
    EXPECT_EQ(rc("start").status, 1);
    configure("PIDS=nonsense");
    EXPECT_EQ(rc("start").status, 6);
    EXPECT_EQ(rc("status").status, 4);
    std::filesystem::remove(site.config());
    EXPECT_EQ(rc("start").status, 0) << "installed, but not in use";
    EXPECT_EQ(rc("status").status, 3);
}

/// jailctl@.service itself is driven in tests/vm/debian12: what it calls, without systemd.
TEST_F(RcScript, ASupervisedJailIsStoppedByItsSupervisorAlone) {
    const auto file = site.run_dir() / "supervised/a.test.pid";
    EXPECT_EQ(site.jailctl({"stop", "--supervised", "a.test"}).status, 0) << "not running is what it wants";
    ASSERT_EQ(site.jailctl({"start", "--supervised", "a.test"}).status, 0);
    EXPECT_EQ(slurp(file), std::to_string(record()["pid"].num()) + "\n");
    for (const char* command : {"stop", "restart"}) {
        const Result refused = site.jailctl({command, "a.test"});
        EXPECT_EQ(refused.status, 1) << command;
        EXPECT_THAT(refused.err, HasSubstr("systemctl stop jailctl@a.test")) << command;
    }
    const Result all = site.jailctl({"stop", "all"});
    EXPECT_EQ(all.status, 0) << all.all();
    EXPECT_THAT(all.all(), HasSubstr("a.test is supervised"));
    EXPECT_EQ(mark(), '*');
    configure("BEFORESTOP_HOOKS=/bin/false");
    EXPECT_EQ(site.jailctl({"stop", "--supervised", "a.test"}).status, 1);
    EXPECT_TRUE(std::filesystem::exists(file)) << "what a hook forbids changes nothing";
    configure("");
    const Result stopped = site.jailctl({"stop", "--supervised", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(mark(), ' ');
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(RcScript, ASupervisorTakesOverWhatRunsAndLeavesAloneWhatIsNotItsOwn) {
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(site.jailctl({"stop", "--supervised", "a.test"}).status, 0);
    EXPECT_EQ(mark(), '*') << "nobody asked for this one to be supervised";
    const auto before = record()["pid"].num();
    EXPECT_EQ(site.jailctl({"start", "--supervised", "a.test"}).status, 0);
    EXPECT_EQ(record()["pid"].num(), before);
    // What another run left names no process of this one.
    spit(site.run_dir() / "supervised/a.test.pid", "1\n", 0644);
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(site.jailctl({"stop", "--supervised", "a.test"}).status, 0) << "clears the file";
    EXPECT_FALSE(std::filesystem::exists(site.run_dir() / "supervised/a.test.pid"));
}

}  // namespace
}  // namespace jailctl::test
