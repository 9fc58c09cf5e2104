// runme.sh inside the new jail: what it sees, what becomes of a create in which it fails, hangs or floods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

class Runme : public OneJail {
protected:
    void script(const std::string& body) const {
        spit(site_.path() / "addons" / "runme.sh", "#!/bin/sh\n" + body, 0755);
    }
    void expect_no_jail() const {
        OneJail::expect_no_jail();
        EXPECT_THAT(leaks_.found(), IsEmpty());
    }
    Leaks leaks_{site_.path()};
};

}  // namespace

TEST_F(Runme, NoneIsOneLineOfOutput) {
    const Result made = create();
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("runme.sh: nothing to run in the jail\n"));
}

TEST_F(Runme, ThatCouldNotJoinItsNetworkIsToldBeforeTheBaseIsMade) {
    script("exit 0\n");
    site_.configure({"a.test:192.0.2.1"}, "IF=none7\nNETWORK=routed\n");
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("runme.sh could not be run in the new jail: "));
    EXPECT_THAT(made.err, HasSubstr("there is no network interface none7"));
    EXPECT_THAT(made.out, Not(HasSubstr("Installing everything"))) << "which may take minutes";
    expect_no_jail();
}

TEST_F(Runme, RunsAsRootOfTheNewJailAndIsTakenOutAgain) {
    script("echo \"I am $(id -u) on $(hostname) in $(pwd)\"\ntouch /made-by-runme\nls /runme.sh\necho to stderr >&2\n");
    const Result made = create();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("jail " + root_.string() + " a.test 192.0.2.1 /bin/sh /runme.sh\n"));
    EXPECT_THAT(made.out, HasSubstr("I am 0 on a.test in /\n"));
    EXPECT_THAT(made.all(), HasSubstr("to stderr"));
    EXPECT_TRUE(std::filesystem::exists(root_ / "made-by-runme"));
    EXPECT_FALSE(std::filesystem::exists(root_ / "runme.sh"));
    EXPECT_THAT(site_.jailctl({"status"}).out, HasSubstr(" a.test"));
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Runme, SeesTheConfigurationAndNothingOfTheHost) {
    script("cat /etc/hostname; [ -e " + site_.path().string() + " ] && exit 9; exit 0\n");
    const Result made = create();
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("\na.test\n"));
}

TEST_F(Runme, IsNotRunByWhatItLeavesBehind) {
    script("(sleep 1000; touch /waited-for) & echo started\n");
    EXPECT_EQ(create().status, 0);
    EXPECT_FALSE(std::filesystem::exists(root_ / "waited-for"));
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Runme, AFailureLeavesNoJailAndNamesTheStatus) {
    script("echo before\nexit 7\n");
    const Result made = create();
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_THAT(made.out, HasSubstr("before\n"));
    EXPECT_THAT(made.err, HasSubstr("runme.sh exited with status 7"));
    expect_no_jail();
}

TEST_F(Runme, QuietTellsWhatItWroteOnlyIfItFailed) {
    script("echo before\nexit 7\n");
    const Result failed = create({"--quiet"});
    EXPECT_EQ(failed.status, 1) << failed.all();
    EXPECT_EQ(failed.out, "before\n");
    script("echo before\n");
    const Result made = create({"--quiet"});
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_EQ(made.out, "");
}

TEST_F(Runme, HangingEndsAtProvisionTimeout) {
    site_.configure({"a.test:192.0.2.1"}, "PROVISION_TIMEOUT=2");
    script("trap '' TERM\nwhile :; do sleep 1; done\n");
    const Result made = create();  // by itself the script never ends
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_THAT(made.err, HasSubstr("runme.sh did not end within PROVISION_TIMEOUT (2) in the new jail"));
    EXPECT_THAT(made.err, HasSubstr("give it more time with PROVISION_TIMEOUT"));
    expect_no_jail();
}

TEST_F(Runme, HowItEndedIsSaidAsFarAsItIsKnown) {
    for (const auto& [body, sentence] :
         {std::pair{"kill -9 $$", "status 137 in the new jail, as one does that signal 9 (Killed) killed"},
          std::pair{"poweroff -f; sleep 60", "runme.sh powered the new jail off before its end"},
          std::pair{"reboot -f; sleep 60", "runme.sh rebooted the new jail before its end"}}) {
        script(std::string(body) + "\n");
        const Result made = create();
        EXPECT_EQ(made.status, 1) << body;
        EXPECT_THAT(made.err, HasSubstr(sentence)) << body;
        expect_no_jail();
    }
}

TEST_F(Runme, AFloodIsCutAndItsStatusStillCounts) {
    script("head -c 60000000 /dev/zero | tr '\\0' x\necho\nexit 5\n");
    // Room for the program, not for all that a runaway script may write. A sanitizer reserves terabytes of it.
#ifdef JAILCTL_SANITIZED
    const std::string limit;
#else
    const std::string limit = "ulimit -v 400000; ";
#endif
    const std::string run = limit + "exec " + (stage() / "bin/jailctl").string() + " --config " +
                            site_.config().string() + " create a.test --batch";
    const Result made = run_command({"/bin/sh", "-c", run});
    EXPECT_EQ(made.status, 1);
    EXPECT_LT(made.out.size(), 12'000'000U);
    EXPECT_THAT(made.err, HasSubstr("more than is shown"));
    EXPECT_THAT(made.err, HasSubstr("status 5"));
    expect_no_jail();
}

TEST_F(Runme, EscapesWhatTheScriptSays) {
    script("printf '\\033]0;owned\\007\\n'\n");
    const Result made = create();
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, Not(HasSubstr("\033")));
    EXPECT_THAT(made.out, HasSubstr("\\x1b]0;owned\\x07"));
}

TEST_F(Runme, AScriptOthersCanWriteIsRefused) {
    script("exit 0\n");
    std::filesystem::permissions(site_.path() / "addons" / "runme.sh", std::filesystem::perms::all);
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("runme.sh"));
    expect_no_jail();
}

TEST_F(Runme, DryRunNamesTheStep) {
    script("exit 1\n");
    const Result dry = create({"--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(dry.out, HasSubstr("would run runme.sh inside the jail"));
}

}  // namespace jailctl::test
