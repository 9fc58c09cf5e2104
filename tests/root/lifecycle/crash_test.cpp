#include <csignal>
#include <functional>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CrashTest : public JailTest {
protected:
    /// Waits until the recorded init is gone: the kernel takes a moment to end a namespace.
    void wait_for_end() const {
        for (int attempt = 0; attempt < 100 && mark() == '*'; ++attempt) ::usleep(20000);
    }
};

TEST_F(CrashTest, APowerOffFromInsideShowsAsStoppedAndTheNextStartWorks) {
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    inside("kill -USR2 1");  // what `poweroff` sends
    wait_for_end();
    EXPECT_EQ(mark(), ' ');
    const Result again = start();
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(mark(), '*');
    ASSERT_EQ(stop().status, 0);
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, AStartThatWasKilledBeforeTheRecordIsNoLostRecord) {
    ASSERT_EQ(start().status, 0);
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
    std::filesystem::remove(site.run_dir() / "jails/a.test.json");
    std::filesystem::create_directory(site.run_dir() / "journal");
    spit(site.run_dir() / "journal/a.test",
         "{\"format\":1,\"command\":\"start\",\"jail\":\"a.test\",\"pid\":" + std::to_string(gone) +
             ",\"pid_start\":1,\"boot_id\":\"another\",\"started\":1}\n"
             "{\"step\":\"x\",\"undo\":{\"kind\":\"runtime.forget\",\"arguments\":{}}}\n",
         0600);
    EXPECT_THAT(site.jailctl({"status", "a.test"}).out,
                HasSubstr("start by pid " + std::to_string(gone) +
                          " was interrupted, and processes of the jail run without a record"));
    EXPECT_EQ(stop().status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, StopCleansWhatAPowerOffFromInsideLeft) {
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    inside("kill -USR2 1");
    wait_for_end();
    EXPECT_THAT(site.jailctl({"--dry-run", "stop", "a.test"}).out, HasSubstr("would remove what is left of a.test"));
    const Value result = site.json({"stop", "a.test"});
    EXPECT_EQ(result["status"].num(), 0) << to_json(result, 1);
    EXPECT_TRUE(result["jails"].items().at(0)["leftovers"].truth()) << to_json(result, 1);
    EXPECT_TRUE(record().is_null());
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_EQ(stop().status, 1) << "now there is nothing to be done";
}

TEST_F(CrashTest, StopSaysThatAJailHadEndedByItself) {
    ASSERT_EQ(start().status, 0);
    ::kill(static_cast<pid_t>(record()["pid"].num()), SIGKILL);
    wait_for_end();
    const Result result = stop();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(result.out, "a.test had ended by itself; what was left of it is removed\n");
    EXPECT_EQ(result.err, "");
}

TEST_F(CrashTest, StopSaysThatAnInterruptedStopEndedAJail) {
    ASSERT_EQ(start().status, 0);
    const int jail_is_killed = 4;  // the point behind that step
    ASSERT_TRUE(killed_at(jail_is_killed, site, {"stop", "--timeout", "0", "a.test"}));
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(site.jailctl({"--dry-run", "stop", "a.test"}).out,
              "would remove what is left of a.test, whose stop was interrupted\n");
    const Result result = stop();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(result.out,
              "a.test had been stopped by a command that was itself interrupted; what that left is removed\n");
    EXPECT_THAT(left_behind(), IsEmpty());
    EXPECT_EQ(stop().status, 1);
}

TEST_F(CrashTest, StopSaysWhatAnInterruptedStartLeft) {
    ASSERT_TRUE(killed_at(6, site, {"start", "a.test"}));
    const Result result = stop();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out,
                testing::EndsWith("a.test does not run; what an interrupted start left of it is removed\n"));
    EXPECT_EQ(stop().status, 1);
}

TEST_F(CrashTest, RebootFromInsideEndsTheJail) {
    ASSERT_EQ(start().status, 0);
    inside("reboot -f");
    wait_for_end();
    EXPECT_EQ(mark(), ' ');
}

TEST_F(CrashTest, AnInitThatIsKilledTakesEverythingWithIt) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("sleep 1000 > /dev/null 2>&1 < /dev/null & true").status, 0);
    ::kill(static_cast<pid_t>(record()["pid"].num()), SIGKILL);
    wait_for_end();
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(start().status, 0);
    EXPECT_EQ(processes(), "init sh ");
}

TEST_F(CrashTest, ARecordOfAnotherBootCountsAsStopped) {
    ASSERT_EQ(start().status, 0);
    Value old = record();
    ASSERT_EQ(stop().status, 0);
    spit(site.run_dir() / "jails/a.test.json", to_json(old.set("boot_id", "another").set("pid", 1)), 0600);
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(start().status, 0);
}

TEST_F(CrashTest, APidThatBelongsToAnotherProcessNowIsNotTheJail) {
    ASSERT_EQ(start().status, 0);
    Value old = record();
    ASSERT_EQ(stop().status, 0);
    spit(site.run_dir() / "jails/a.test.json", to_json(old.set("pid", static_cast<int>(::getpid()))), 0600);
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(stop().status, 0);
    EXPECT_TRUE(record().is_null());  // and we are still here to say so
}

TEST_F(CrashTest, ADamagedRecordIsReportedAndStopStillEndsTheJail) {
    ASSERT_EQ(start().status, 0);
    const Value whole = record();
    spit(site.run_dir() / "jails/a.test.json", "{\"format\": 1, \"pid\": 4", 0600);
    const Result status = site.jailctl({"status"});
    EXPECT_THAT(status.out, HasSubstr("?a.test (192.0.2.1)\n"));
    EXPECT_THAT(status.out, HasSubstr("damaged"));
    EXPECT_EQ(start().status, 1);
    EXPECT_EQ(stop().status, 0);
    EXPECT_THAT(cgroup_directories(whole["cgroup"].str()), IsEmpty());
    EXPECT_EQ(start().status, 0);
}

TEST_F(CrashTest, ARecordAtOddsWithWhatRunsIsNeverTakenForAStoppedJail) {
    const std::pair<const char*, Value> damages[] = {
        {"pid_start", 1},   {"pid_start", "x"},     {"pid", static_cast<int>(::getpid())},
        {"pid", Value{}},   {"boot_id", "another"}, {"cgroup", "0123456789abcdef"},
        {"name", "b.test"}, {"format", Value{}}};
    for (const auto& [member, value] : damages) {
        const std::string what = std::string(member) + "=" + to_json(value);
        ASSERT_EQ(start().status, 0) << what;
        const Value whole = record();
        spit(site.run_dir() / "jails/a.test.json", to_json(record().set(member, value)), 0600);
        const Result status = site.jailctl({"status"});
        EXPECT_THAT(status.out, HasSubstr("?a.test (192.0.2.1)\n    a.test: its ")) << what;
        const Result refused = start();
        EXPECT_EQ(refused.status, 1) << what;
        EXPECT_THAT(refused.err, HasSubstr("it is not known how a.test stands: ")) << what;
        EXPECT_THAT(refused.err, HasSubstr("'jailctl stop a.test' ends what runs")) << what;
        const Result stopped = stop();
        EXPECT_EQ(stopped.status, 0) << what << stopped.all();
        EXPECT_THAT(cgroup_directories(whole["cgroup"].str()), IsEmpty()) << what;
        EXPECT_TRUE(record().is_null()) << what;
        EXPECT_EQ(mark(), ' ') << what;
    }
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, DamageThatDoesNotMatterIsNoHindrance) {
    for (const char* member : {"configured_root", "root", "cgroup_path", "started", "network"}) {
        ASSERT_EQ(start().status, 0) << member;
        spit(site.run_dir() / "jails/a.test.json", to_json(record().set(member, "/nowhere")), 0600);
        EXPECT_EQ(mark(), '*') << member;
        const Result stopped = stop();
        EXPECT_EQ(stopped.status, 0) << member << stopped.all();
        EXPECT_EQ(mark(), ' ') << member;
    }
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, AJailWhoseRecordIsGoneIsSeenAndStopped) {
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    std::filesystem::remove(site.run_dir() / "jails/a.test.json");
    const Result status = site.jailctl({"status"});
    EXPECT_THAT(status.out, HasSubstr("?a.test (192.0.2.1)\n    a.test: its processes run, but its record in " +
                                      site.run_dir().string() + " is gone\n"));
    EXPECT_EQ(start().status, 1);
    EXPECT_EQ(site.jailctl({"--batch", "delete", "a.test"}).status, 1);
    EXPECT_THAT(site.jailctl({"--dry-run", "stop", "a.test"}).out,
                HasSubstr("would kill what runs in the control group of a.test"));
    const Result stopped = stop();
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(stop().status, 1);
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, WhatIsNoFileInPlaceOfARecordHidesNoOtherJail) {
    const auto file = site.run_dir() / "jails/a.test.json";
    const std::function<void()> odd[] = {[&] { std::filesystem::create_symlink("/etc/passwd", file); },
                                         [&] { std::filesystem::create_directory(file); },
                                         [&] { ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); }};
    for (const auto& make : odd) {
        ASSERT_EQ(start().status, 0);
        std::filesystem::remove(file);
        make();
        const Result status = site.jailctl({"status"});
        EXPECT_EQ(status.status, 0) << status.all();
        EXPECT_THAT(status.out, HasSubstr("?a.test (192.0.2.1)\n    a.test: "));
        EXPECT_EQ(start().status, 1);
        const Result stopped = stop();
        EXPECT_EQ(stopped.status, 0) << stopped.all();
        EXPECT_EQ(mark(), ' ');
    }
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(CrashTest, ARecordOfANewerFormatIsShownAsUnknown) {
    ASSERT_EQ(start().status, 0);
    Value newer = record();
    spit(site.run_dir() / "jails/a.test.json", to_json(newer.set("format", 2)), 0600);
    EXPECT_EQ(mark(), '?');
    EXPECT_EQ(inside("true").status, 125);
    EXPECT_EQ(stop().status, 0);
    EXPECT_EQ(mark(), ' ');
}

TEST_F(CrashTest, AJailThatRunsFromAnotherRootIsNotTouched) {
    ASSERT_EQ(start().status, 0);
    const auto pid = record()["pid"].num();
    make_busybox_root(site.path() / "elsewhere/a.test");
    ::chmod((site.path() / "elsewhere").c_str(), 0700);
    site.configure({"a.test:192.0.2.1:" + (site.path() / "elsewhere").string()});
    EXPECT_EQ(mark(), '?');
    const Result stopped = stop();
    EXPECT_EQ(stopped.status, 1);
    EXPECT_THAT(stopped.err, HasSubstr("runs from " + site.root("a.test").string()));
    site.configure(entries);
    EXPECT_EQ(record()["pid"].num(), pid);
    EXPECT_EQ(mark(), '*');
}

}  // namespace
}  // namespace jailctl::test
