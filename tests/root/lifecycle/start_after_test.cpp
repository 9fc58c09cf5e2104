#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class StartAfter : public JailTest {
protected:
    void SetUp() override {
        entries = {"a.test:192.0.2.1", "b.test:192.0.2.2", "c.test:192.0.2.3"};
        configure("");
        JailTest::SetUp();
        if (IsSkipped()) return;
        wait_for("a", "b.test");
        wait_for("b", "c.test");
    }
    void wait_for(const std::string& jail, const std::string& others) const {
        const auto directory = site.config().parent_path() / "jails.d";
        std::filesystem::create_directories(directory);
        spit(directory / (jail + ".test.conf"), "START_AFTER=\"" + others + "\"\n", 0600);
    }
    /// Where the line of each jail stands, in the order a, b, c.
    static std::vector<std::size_t> places(const std::string& text, const std::string& before) {
        std::vector<std::size_t> found;
        for (const char* jail : {"a.test", "b.test", "c.test"}) found.push_back(text.find(before + jail + "..."));
        return found;
    }
};

TEST_F(StartAfter, TheOrderIsTheirsWhateverJobsSays) {
    const Result up = site.jailctl({"start", "all", "--jobs", "3"});
    EXPECT_EQ(up.status, 0) << up.all();
    auto at = places(up.out, "Starting jail ");
    EXPECT_TRUE(at[2] < at[1] && at[1] < at[0]) << up.out;
    const Result down = site.jailctl({"stop", "all", "--jobs", "3", "--timeout", "0"});
    EXPECT_EQ(down.status, 0) << down.all();
    at = places(down.out, "Stopping jail ");
    EXPECT_TRUE(at[0] < at[1] && at[1] < at[2]) << down.out;
    EXPECT_EQ(site.jailctl({"start", "a.test"}).status, 0) << "alone it waits for nobody";
}

TEST_F(StartAfter, WhoWaitsForOneThatFailedIsLeftAlone) {
    std::filesystem::remove_all(site.root("b.test"));
    const Result up = site.jailctl({"start", "all"});
    EXPECT_EQ(up.status, 3) << up.all();
    EXPECT_THAT(up.err, HasSubstr("a.test was left alone: it waits for b.test, which failed"));
    EXPECT_EQ(mark("a.test"), ' ');
    EXPECT_EQ(mark("c.test"), '*');
}

/// Settings may have been edited while they ran, and a host that goes down must not leave them to their fate.
TEST_F(StartAfter, ACircleKeepsNoJailFromBeingStopped) {
    ASSERT_EQ(site.jailctl({"start", "all"}).status, 0);
    wait_for("c", "b.test");
    const Result down = site.jailctl({"stop", "all", "--timeout", "0"});
    EXPECT_EQ(down.status, 0) << down.all();
    EXPECT_THAT(down.err, HasSubstr("warning: the jails wait for each other: "));
    for (const char* jail : {"a.test", "b.test", "c.test"}) EXPECT_EQ(mark(jail), ' ') << jail;
    const auto at = places(down.out, "Stopping jail ");
    EXPECT_TRUE(at[0] < at[1]) << "a.test is in no circle: " << down.out;
}

TEST_F(StartAfter, ACircleOrANameThatIsNobodysIsRefusedAndToldByConfigCheck) {
    wait_for("c", "a.test");
    const Result up = site.jailctl({"start", "all"});
    EXPECT_EQ(up.status, 2);
    EXPECT_THAT(up.err,
                HasSubstr("the jails wait for each other: a.test waits for b.test waits for c.test waits for a.test"));
    EXPECT_EQ(mark("c.test"), ' ');
    EXPECT_THAT(site.jailctl({"config", "check"}).all(), HasSubstr("waits for itself"));
    wait_for("c", "nobody.test");
    const Result check = site.jailctl({"config", "check"});
    EXPECT_NE(check.status, 0);
    EXPECT_THAT(check.all(), HasSubstr("there is no jail 'nobody.test' in JAILS"));
}

/// One line of one jail's own file must not keep a host from starting and stopping the others.
TEST_F(StartAfter, AMistakeInTheFileOfOneJailConcernsThatJailAlone) {
    wait_for("b", "");
    ASSERT_EQ(site.jailctl({"start", "all"}).status, 0);
    wait_for("c", "no/name");
    const Result down = site.jailctl({"stop", "all", "--timeout", "0"});
    EXPECT_EQ(down.status, 4) << down.all();
    EXPECT_THAT(down.err, HasSubstr("the own settings of c.test, so those of jails.conf apply: "));
    EXPECT_THAT(down.err, HasSubstr("jails.d/c.test.conf:1:14: START_AFTER: "));
    for (const char* jail : {"a.test", "b.test", "c.test"}) EXPECT_EQ(mark(jail), ' ') << jail;
    const Result up = site.jailctl({"start", "all"});
    EXPECT_EQ(up.status, 3) << up.all();
    EXPECT_THAT(up.err, HasSubstr("c.test: error: "));
    EXPECT_EQ(mark("b.test"), '*');
    EXPECT_EQ(mark("c.test"), ' ');
    wait_for("c", "");
    ASSERT_EQ(site.jailctl({"start", "c.test"}).status, 0);
    wait_for("c", "no/name");
    const Result status = site.jailctl({"status"});
    EXPECT_EQ(status.status, 0) << status.all();
    EXPECT_THAT(status.out, HasSubstr("*c.test")) << "what runs is seen all the same";
    EXPECT_THAT(status.err, HasSubstr("warning: ")) << status.all();
    for (const char* command : {"restart", "freeze", "backup"}) {
        const Result refused = site.jailctl({command, "c.test"});
        EXPECT_EQ(refused.status, 2) << command;
        EXPECT_THAT(refused.err, HasSubstr("jails.d/c.test.conf:1:14: START_AFTER: ")) << command << refused.all();
    }
    EXPECT_EQ(mark("c.test"), '*');
    const Result doctor = site.jailctl({"doctor", "--json"});
    EXPECT_EQ(doctor.status, 1) << "the mistake is what is found of it, and others are looked at: " << doctor.all();
    EXPECT_THAT(doctor.out, HasSubstr("\"code\": \"config-mistake\""));
    EXPECT_EQ(site.jailctl({"doctor", "--fix"}).status, 2) << "what jails need is not known";
    EXPECT_EQ(site.jailctl({"config", "show", "a.test"}).status, 0);
    EXPECT_THAT(site.jailctl({"config", "show", "c.test"}).err, HasSubstr("jails.d/c.test.conf:1:14: START_AFTER: "));
    EXPECT_THAT(site.jailctl({"status", "--json"}).out, HasSubstr("\"jail\": \"c.test\"")) << "who is warned of";
    EXPECT_EQ(site.jailctl({"cp", "a.test:/etc/passwd", "-"}).status, 0);
    const Result copy = site.jailctl({"cp", "c.test:/etc/passwd", "-"});
    EXPECT_EQ(copy.status, 2) << copy.all();
    EXPECT_EQ(site.jailctl({"backups"}).status, 0);
    wait_for("c", "");
    EXPECT_EQ(site.jailctl({"stop", "all", "--timeout", "0"}).status, 0);
}

/// A jail must not stay frozen for a line that has nothing to do with it; which hooks are its own is not known.
TEST_F(StartAfter, AJailWhoseOwnFileHasAMistakeIsThawedAndShown) {
    configure("BEFORESTATUS_HOOKS=/bin/false\n");
    ASSERT_EQ(site.jailctl({"start", "c.test"}).status, 0);
    ASSERT_EQ(site.jailctl({"freeze", "c.test"}).status, 0);
    spit(site.path() / "jails.d/c.test.conf", "PIDS=x\n", 0600);
    EXPECT_EQ(site.jailctl({"thaw", "c.test"}).status, 0);
    EXPECT_THAT(site.jailctl({"status", "c.test"}).out, HasSubstr("*c.test"));
    EXPECT_EQ(site.jailctl({"stop", "c.test", "--timeout", "0"}).status, 4);
}

/// It is not stopped, so nothing is left out.
TEST_F(StartAfter, AJailThatIsWatchedIsLeftAloneWhateverItsFileSays) {
    ASSERT_EQ(site.jailctl({"start", "--supervised", "c.test"}).status, 0);
    spit(site.path() / "jails.d/c.test.conf", "PIDS=x\n", 0600);
    const Result all = site.jailctl({"stop", "all"});
    EXPECT_EQ(all.status, 0) << all.all();
    EXPECT_THAT(all.err, testing::Not(HasSubstr("left out")));
    const Result alone = site.jailctl({"stop", "c.test"});
    EXPECT_EQ(alone.status, 1);
    EXPECT_THAT(alone.err, testing::Not(HasSubstr("left out")));
    EXPECT_EQ(site.jailctl({"stop", "--supervised", "c.test", "--timeout", "0"}).status, 4);
}

/// What others say of it is known.
TEST_F(StartAfter, AJailWhoseOwnFileHasAMistakeIsStoppedAfterThoseThatWaitForIt) {
    ASSERT_EQ(site.jailctl({"start", "all"}).status, 0);
    spit(site.path() / "jails.d/c.test.conf", "PIDS=x\n", 0600);
    const Result down = site.jailctl({"stop", "all", "--jobs", "3", "--timeout", "0"});
    EXPECT_EQ(down.status, 4) << down.all();
    const auto at = places(down.out, "Stopping jail ");
    EXPECT_TRUE(at[0] < at[1] && at[1] < at[2]) << down.out;
}

/// Its own file took it out of what jails.conf says of all: it does not wait for itself for the time being.
TEST_F(StartAfter, AJailWhoseOwnFileHasAMistakeWaitsForNobody) {
    configure("START_AFTER=c.test\n");
    std::filesystem::remove(site.path() / "jails.d/a.test.conf");
    wait_for("b", "");
    spit(site.path() / "jails.d/c.test.conf", "START_AFTER=\"\"\nPIDS=x\n", 0600);
    const Result up = site.jailctl({"start", "all"});
    EXPECT_EQ(up.status, 3) << up.all();
    EXPECT_THAT(up.err, HasSubstr("jails.d/c.test.conf:2:6: PIDS: "));
    EXPECT_THAT(up.all(), HasSubstr("it waits for c.test, which failed"));
    EXPECT_EQ(mark("b.test"), '*');
    EXPECT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result down = site.jailctl({"stop", "all", "--timeout", "0"});
    EXPECT_THAT(down.err, testing::Not(HasSubstr("wait for each other"))) << down.all();
}

}  // namespace
}  // namespace jailctl::test
