// verify --boot: the proof, what it finds, and kill -9 on the way.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int most_points = 80;

class Boot : public BackedUpSite {};

TEST_F(Boot, AGoodBackupIsSeenToStartBesideItsRunningJail) {
    ASSERT_EQ(backup().status, 0);
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result proven = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(proven.status, 0) << proven.all();
    EXPECT_THAT(proven.out, HasSubstr(", boots"));
    EXPECT_THAT(site.jailctl({"backups"}).out, HasSubstr("  booted 2"));
    EXPECT_THAT(site.leftovers(), IsEmpty());
    EXPECT_EQ(site.jailctl({"exec", "a.test", "--", "true"}).status, 0) << "the jail itself runs on";
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

TEST_F(Boot, WhatAsksForANetworkDoesNotHinderItAndADryRunClaimsNothing) {
    ASSERT_EQ(backup().status, 0);
    site.configure({"a.test:192.0.2.1"}, "NETWORK=routed\nIF=lo\nRATE=10mbit\nNAT=yes\nFORWARD=tcp:8080:80\n"
                                            "START_COMMAND=\"/bin/sleep 1000\"\n");
    const Result planned = site.jailctl({"verify", "a.test", "--boot", "--dry-run"});
    EXPECT_EQ(planned.status, 0) << planned.all();
    EXPECT_THAT(planned.out, Not(HasSubstr(", boots")));
    const Result proven = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(proven.status, 0) << proven.all();
    EXPECT_THAT(proven.out, HasSubstr(", boots"));
    EXPECT_THAT(proven.err, Not(HasSubstr("killed"))) << "of a copy there is nothing to lose";
    EXPECT_THAT(site.leftovers(), IsEmpty());
}

TEST_F(Boot, ASystemThatDoesNotStartIsFoundAndNothingIsLeft) {
    for (const char* name : {"sbin/init", "etc/rc", "bin/sh"}) {
        std::filesystem::remove(site.root("a.test") / name);
        spit(site.root("a.test") / name, "no program\n", 0755);
    }
    ASSERT_EQ(backup().status, 0);
    const Result found = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(found.status, 1) << found.all();
    EXPECT_THAT(found.err, HasSubstr("booting "));
    EXPECT_THAT(site.jailctl({"backups"}).out, Not(HasSubstr("booted")));
    EXPECT_THAT(site.leftovers(), IsEmpty());
}

TEST_F(Boot, ItIsToBecomeReadyAndThatIsWaitedFor) {
    const auto ready_when = [&](const std::string& command, const std::string& limit) {
        site.configure({"a.test:192.0.2.1"}, "READY_COMMAND=\"" + command + "\"\nREADY_TIMEOUT=" + limit + "\n");
    };
    std::filesystem::remove(site.root("a.test") / "sbin/init");
    spit(site.root("a.test") / "etc/rc", "#!/bin/sh\nsleep 5\ntouch /root/ready\n", 0755);
    ASSERT_EQ(backup().status, 0);
    ready_when("test -e /root/ready", "30s");
    const Result proven = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(proven.status, 0) << proven.all();
    EXPECT_THAT(proven.out, HasSubstr(", boots"));
    ready_when("test -e /root/never", "1s");
    const Result late = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(late.status, 1) << late.all();
    EXPECT_THAT(late.err, HasSubstr("it was not ready within 1.00 s: its READY_COMMAND did not succeed"));
    EXPECT_THAT(site.leftovers(), IsEmpty());
}

/// As the jail's own root is, whose services are not all root's.
TEST_F(Boot, ProgramsThatAreNotRootsRunInIt) {
    site.configure({"a.test:192.0.2.1"}, "READY_COMMAND='test $(stat -c %a /) = 755'\nREADY_TIMEOUT=2s\n");
    ASSERT_EQ(backup().status, 0);
    const Result proven = site.jailctl({"verify", "a.test", "--boot"});
    EXPECT_EQ(proven.status, 0) << proven.all();
    EXPECT_THAT(proven.out, HasSubstr(", boots"));
}

TEST_F(Boot, OfAJailThatIsDeleted) {
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    const Result proven = site.jailctl({"verify", only_archive().string(), "--boot"});
    EXPECT_EQ(proven.status, 0) << proven.all();
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test")));
}

TEST_F(Boot, KilledAnywhereTheNextCommandCleans) {
    ASSERT_EQ(backup().status, 0);
    int n = 1;
    for (; n < most_points && killed_at(n, site, {"verify", "a.test", "--boot"}); ++n) {
        const Result told = site.jailctl({"doctor"});
        EXPECT_THAT(told.out, Not(HasSubstr("put its entry back"))) << "after a kill at point " << n;
        (void)site.jailctl({"stop", "a.test"});  // recovers; that the jail is down already is no matter
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
        ASSERT_THAT(leaks.found(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 8) << "the sweep must have met the points";
    EXPECT_LT(n, most_points);
}

}  // namespace
}  // namespace jailctl::test
