#include <gmock/gmock.h>
#include <sys/stat.h>

#include "jailctl/sdk/text.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

constexpr const char* header = "Jail status (*=running, !=not configured):\n";
constexpr const char* header_with_broken = "Jail status (*=running, !=not configured, ?=broken):\n";
constexpr const char* unlisted = "runs, but is not in JAILS: put its entry back, then 'jailctl stop a.test' stops it\n";

class StatusTest : public JailTest {
protected:
    StatusTest() {
        entries = {"a.test:192.0.2.1", "b.test:192.0.2.2,192.0.2.3"};
        site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2,192.0.2.3", "new.test:192.0.2.4"});
    }
};

TEST_F(StatusTest, OneLinePerJailInTheOrderOfTheConfiguration) {
    ASSERT_EQ(start().status, 0);
    const Result result = site.jailctl({"status"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out,
              std::string(header) + "*a.test (192.0.2.1)\n b.test (192.0.2.2, 192.0.2.3)\n!new.test (192.0.2.4)\n");
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(site.jailctl({"status", "all"}).out, result.out);
}

/// As du counts: blocks, a file of two names once, nothing of a hole.
TEST_F(StatusTest, DiskIsWhatTheTreeTakes) {
    const auto disk = [&](const std::string& jail) {
        return site.json({"status", jail, "--disk"})["jails"].items().front()["disk"];
    };
    const std::int64_t before = disk("a.test").num();
    EXPECT_GT(before, 0);
    EXPECT_LT(disk("b.test").num(), before + (64 << 10));
    spit(site.root("a.test") / "data", std::string(3 << 20, 'x'), 0600);
    std::filesystem::create_hard_link(site.root("a.test") / "data", site.root("a.test") / "again");
    spit(site.root("a.test") / "hole", "", 0600);
    std::filesystem::resize_file(site.root("a.test") / "hole", std::uintmax_t{1} << 30U);
    EXPECT_NEAR(static_cast<double>(disk("a.test").num() - before), 3 << 20, 64 << 10);
    EXPECT_TRUE(disk("new.test").is_null()) << "it has no root";
    EXPECT_TRUE(site.json({"status", "a.test", "--wide"})["jails"].items().front()["disk"].is_null())
        << "only when asked";
    ASSERT_EQ(start().status, 0);
    EXPECT_THAT(site.jailctl({"status", "a.test", "--disk"}).out,
                testing::MatchesRegex(std::string(".*[*]a[.]test [(]192.0.2.1[)]  disk [0-9.]+ MB\n")));
    EXPECT_THAT(site.jailctl({"status", "--disk", "--prometheus"}).out,
                HasSubstr("jailctl_jail_disk_bytes{jail=\"a.test\"} "));
}

TEST_F(StatusTest, DiskIsNotThatOfAnotherDirectory) {
    ASSERT_EQ(start().status, 0);
    const auto aside = site.home() / "aside";
    std::filesystem::rename(site.root("a.test"), aside);
    std::filesystem::create_directory(site.root("a.test"));
    spit(site.root("a.test") / "data", std::string(3 << 20, 'x'), 0600);
    const Result told = site.jailctl({"status", "a.test", "--disk"});
    EXPECT_EQ(told.out.find("disk"), std::string::npos) << told.out;
    EXPECT_THAT(told.err, HasSubstr("what a.test takes on its disk is not known: another directory stands at " +
                                    site.root("a.test").string()));
    std::filesystem::remove_all(site.root("a.test"));
    std::filesystem::rename(aside, site.root("a.test"));
    EXPECT_THAT(site.jailctl({"status", "a.test", "--disk"}).out, HasSubstr("  disk "));
}

TEST_F(StatusTest, WideTellsTheNewestBackupOfEachJailWithoutAskingABackend) {
    EXPECT_TRUE(site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"].is_null());
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const Value told = site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"];
    EXPECT_EQ(told["grade"].str(), "cold");
    EXPECT_GT(told["verified"].num(), 0);
    const std::string archive = told["id"].str(), stamp = timestamp(told["taken"].num());
    EXPECT_EQ(site.jailctl({"status", "a.test", "--wide"}).out,
              std::string(header) + " a.test (192.0.2.1)  backup " + stamp + " cold\n");
    EXPECT_EQ(site.jailctl({"status", "a.test"}).out, std::string(header) + " a.test (192.0.2.1)\n");
    EXPECT_THAT(site.jailctl({"status", "--prometheus"}).out,
                HasSubstr("jailctl_jail_last_backup_time_seconds{jail=\"a.test\"} " +
                          std::to_string(told["taken"].num()) + "\n"));
    std::string bytes = slurp(archive);
    bytes[bytes.size() / 2] ^= 1;
    const auto written = std::filesystem::last_write_time(archive);
    spit(archive, bytes, 0600);
    std::filesystem::last_write_time(archive, written);  // a disk that loses a bit tells nobody
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 1);
    EXPECT_THAT(site.jailctl({"status", "a.test", "--wide"}).out, HasSubstr("cold, unusable\n"));
    std::filesystem::remove(archive);
    EXPECT_TRUE(site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"].is_null());
}

TEST_F(StatusTest, AnArchiveThatWasAlteredSinceItWasProvenIsTheNewestAndNotVerified) {
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const auto told = [&] { return site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"]; };
    const std::string archive = told()["id"].str();
    const std::string bytes = slurp(archive);
    spit(archive, bytes, 0600);
    std::filesystem::last_write_time(archive, std::filesystem::last_write_time(archive) + std::chrono::seconds(1));
    EXPECT_EQ(told()["id"].str(), archive);
    EXPECT_TRUE(told()["verified"].is_null());
    EXPECT_THAT(site.jailctl({"status", "a.test", "--wide"}).out, HasSubstr("cold, not verified\n"));
    ASSERT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    EXPECT_GT(told()["verified"].num(), 0) << "it is what it was";
    spit(archive, bytes.substr(0, bytes.size() / 2), 0600);
    EXPECT_EQ(told()["size"].num(), static_cast<std::int64_t>(bytes.size() / 2));
    EXPECT_THAT(site.jailctl({"status", "a.test", "--wide"}).out, HasSubstr("cold, unusable\n"));
}

TEST_F(StatusTest, AnOlderArchiveIsTheNewestAgainWhenTheNewestWasRemoved) {
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const std::string first =
        site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"]["id"].str();
    ASSERT_EQ(start().status, 0);
    ::sleep(1);  // archives of one second are told apart by their number alone
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const Value warm = site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"];
    EXPECT_NE(warm["grade"].str(), "cold");
    std::filesystem::remove(warm["id"].str());
    EXPECT_EQ(site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"]["id"].str(), first);
}

/// What cannot be used must not silence an alert on the age of the newest backup.
TEST_F(StatusTest, TheSampleOfTheNewestBackupIsOfAUsableOne) {
    const auto told = [&] { return site.json({"status", "a.test", "--wide"})["jails"].items().front()["last_backup"]; };
    const auto sample = [&](std::int64_t taken) {
        return "jailctl_jail_last_backup_time_seconds{jail=\"a.test\"} " + std::to_string(taken) + "\n";
    };
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const Value older = told();
    ::sleep(1);  // archives of one second are told apart by their number alone
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    const Value newer = told();
    ASSERT_NE(newer["taken"].num(), older["taken"].num());
    EXPECT_THAT(site.jailctl({"status", "--prometheus"}).out, HasSubstr(sample(newer["taken"].num())));
    std::string bytes = slurp(newer["id"].str());
    bytes[bytes.size() / 2] ^= 1;
    spit(newer["id"].str(), bytes, 0600);
    ASSERT_EQ(site.jailctl({"verify", newer["id"].str()}).status, 1);
    EXPECT_EQ(told()["id"].str(), newer["id"].str()) << "a reader is told that the newest one cannot be used";
    EXPECT_THAT(site.jailctl({"status", "--prometheus"}).out, HasSubstr(sample(older["taken"].num())));
    spit(newer["id"].str(), "", 0600);
    EXPECT_THAT(told()["problem"].str(), HasSubstr(" is of 0 bytes, and was made of " + std::to_string(bytes.size())));
    EXPECT_THAT(site.jailctl({"status", "a.test", "--wide"}).out, HasSubstr("cold, unusable\n"));
    EXPECT_THAT(site.jailctl({"status", "--prometheus"}).out, HasSubstr(sample(older["taken"].num())));
    spit(older["id"].str(), "", 0600);
    EXPECT_THAT(site.jailctl({"status", "--prometheus"}).out,
                testing::Not(HasSubstr("last_backup_time_seconds{jail=\"a.test\"}")));
}

TEST_F(StatusTest, SamplesForPrometheusComeFamilyByFamily) {
    ASSERT_EQ(start().status, 0);
    const Result result = site.jailctl({"status", "--prometheus"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_THAT(result.out,
                HasSubstr("# TYPE jailctl_jail_running gauge\njailctl_jail_running{jail=\"a.test\"} 1\n"
                          "jailctl_jail_running{jail=\"b.test\"} 0\njailctl_jail_running{jail=\"new.test\"} 0\n"));
    EXPECT_THAT(result.out, HasSubstr("jailctl_jail_info{jail=\"new.test\",state=\"not created\"} 1\n"));
    EXPECT_THAT(result.out, HasSubstr("jailctl_jail_tasks{jail=\"a.test\"} "));
    EXPECT_THAT(result.out, testing::Not(HasSubstr("jailctl_jail_tasks{jail=\"b.test\"}")));
    EXPECT_EQ(site.jailctl({"status", "--prometheus", "--json"}).status, 2);
}

TEST_F(StatusTest, WatchShowsItAgainUntilASignal) {
    const Result result = run_command({"/usr/bin/timeout", "--preserve-status", "-s", "INT", "4",
                                       (stage() / "bin/jailctl").string(), "--config", site.config().string(), "status",
                                       "--watch=1s"});
    const auto first = result.out.find(header);
    EXPECT_EQ(first, 0U);
    EXPECT_NE(result.out.find(header, 1), std::string::npos) << result.all();
    EXPECT_EQ(result.status, 0) << "Ctrl-C is how it ends";
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(site.jailctl({"status", "--watch=0"}).status, 2);
    EXPECT_EQ(site.jailctl({"status", "--watch", "--json"}).status, 2);
}

TEST_F(StatusTest, TopShowsWhatRunningJailsUse) {
    EXPECT_THAT(site.jailctl({"top", "--interval", "1s"}).out, HasSubstr("no jail runs"));
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("while :; do :; done </dev/null >/dev/null 2>&1 &").status, 0);
    const Value told = site.json({"top", "-i", "1s"});
    ASSERT_EQ(told["jails"].items().size(), 1U);
    const Value& jail = told["jails"].items().front();
    EXPECT_EQ(jail["name"].str(), "a.test");
    EXPECT_GT(jail["tasks"].num(), 1);
    EXPECT_GT(jail["cpu_percent"].real(), 0);
}

TEST_F(StatusTest, TopShowsThemThoughAnothersFileHasAMistake) {
    ASSERT_EQ(start().status, 0);
    std::filesystem::create_directory(site.path() / "jails.d");
    spit(site.path() / "jails.d/b.test.conf", "MEMORY=12Q\n", 0600);
    const Result told = site.jailctl({"top", "-i", "1s"});
    EXPECT_EQ(told.status, 0) << told.all();
    EXPECT_THAT(told.out, HasSubstr("a.test"));
    EXPECT_THAT(told.err, HasSubstr("warning: "));
    EXPECT_THAT(told.err, HasSubstr("MEMORY: '12Q'"));
}

TEST_F(StatusTest, NamedJailsOnly) {
    EXPECT_EQ(site.jailctl({"status", "b.test"}).out, std::string(header) + " b.test (192.0.2.2, 192.0.2.3)\n");
    const Result unknown = site.jailctl({"status", "b.tset"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("b.test"));
}

TEST_F(StatusTest, AnEmptyDirectoryCountsAsNotCreated) {
    std::filesystem::create_directory(site.root("new.test"));
    EXPECT_EQ(site.jailctl({"status", "new.test"}).out, std::string(header) + "!new.test (192.0.2.4)\n");
}

TEST_F(StatusTest, SomethingElseThanADirectoryIsBrokenWithAReason) {
    spit(site.root("new.test"), "a file");
    EXPECT_EQ(site.jailctl({"status", "new.test"}).out,
              std::string(header_with_broken) +
                  "?new.test (192.0.2.4)\n    new.test: " + site.root("new.test").string() + " is not a directory\n");
    std::filesystem::remove(site.root("new.test"));
    std::filesystem::create_symlink("/etc", site.root("new.test"));
    EXPECT_THAT(site.jailctl({"status", "new.test"}).out, HasSubstr("?new.test"));
}

TEST_F(StatusTest, AJailThatRunsButIsNoLongerListedIsShown) {
    ASSERT_EQ(start().status, 0);
    site.configure({"b.test:192.0.2.2,192.0.2.3"});
    const Result result = site.jailctl({"status"});
    EXPECT_EQ(result.out, std::string(header_with_broken) +
                              " b.test (192.0.2.2, 192.0.2.3)\n?a.test (192.0.2.1)\n    a.test: " + unlisted);
    for (const auto& words :
         {std::vector<std::string>{"stop", "a.test"}, {"exec", "a.test", "--", "true"}, {"status", "a.test"}}) {
        const Result refused = site.jailctl(words);
        EXPECT_THAT(refused.err, HasSubstr("jail 'a.test' runs, but is not in JAILS of " + site.config().string()));
        EXPECT_THAT(refused.err, HasSubstr("put its entry back into JAILS"));
    }
    site.configure(entries);
}

TEST_F(StatusTest, AJailThatRunsIsShownWithTheAddressesItWasStartedWith) {
    ASSERT_EQ(start().status, 0);
    site.configure({"a.test:192.0.2.7,[2001:db8::7]", "b.test:192.0.2.2,192.0.2.3"});
    EXPECT_EQ(site.jailctl({"status", "a.test"}).out,
              std::string(header) + "*a.test (192.0.2.1)\n    a.test: JAILS has 192.0.2.7, 2001:db8::7 for it by now, "
                                    "which its next start takes\n");
    const Value told = site.json({"status", "a.test"})["jails"].items()[0];
    ASSERT_EQ(told["addresses"].items().size(), 1U);
    EXPECT_EQ(told["addresses"].items()[0].str(), "192.0.2.1");
    EXPECT_EQ(told["next_addresses"].items().size(), 2U);
    ASSERT_EQ(site.jailctl({"restart", "a.test"}).status, 0);
    EXPECT_EQ(site.jailctl({"status", "a.test"}).out, std::string(header) + "*a.test (192.0.2.7, 2001:db8::7)\n");
    EXPECT_TRUE(site.json({"status", "a.test"})["jails"].items()[0]["next_addresses"].is_null());
}

TEST_F(StatusTest, AJailRenamedWhileItRunsIsNotCalledStopped) {
    ASSERT_EQ(start().status, 0);
    const std::string root = site.root("a.test").string();
    site.configure({"z.test:192.0.2.9:" + root + "/"});
    EXPECT_EQ(site.jailctl({"status"}).out, std::string(header_with_broken) +
                                                "?z.test (192.0.2.9)\n    z.test: jail a.test runs from its root " +
                                                root + "\n?a.test (192.0.2.1)\n    a.test: " + unlisted);
    const Value jail = site.json({"status", "z.test"})["jails"].items()[0];
    EXPECT_EQ(jail["state"].str(), "broken");
    EXPECT_EQ(jail["occupied_by"].str(), "a.test");
    site.configure(entries);
}

TEST_F(StatusTest, JsonSaysTheSame) {
    ASSERT_EQ(start().status, 0);
    const Value document = site.json({"status"});
    EXPECT_EQ(document["schema"].num(), 1);
    EXPECT_EQ(document["command"].str(), "status");
    EXPECT_TRUE(document["ok"].truth());
    const auto& jails = document["jails"].items();
    ASSERT_EQ(jails.size(), 3U);
    EXPECT_EQ(jails[0]["name"].str(), "a.test");
    EXPECT_EQ(jails[0]["state"].str(), "running");
    EXPECT_EQ(jails[0]["id"].num(), record()["pid"].num());
    EXPECT_EQ(jails[0]["root"].str(), site.root("a.test").string());
    EXPECT_GT(jails[0]["started"].num(), 1700000000);
    EXPECT_EQ(jails[1]["state"].str(), "stopped");
    ASSERT_EQ(jails[1]["addresses"].items().size(), 2U);
    EXPECT_EQ(jails[1]["addresses"].items()[1].str(), "192.0.2.3");
    EXPECT_EQ(jails[2]["state"].str(), "not created");
}

TEST_F(StatusTest, WideAddsIdUptimeAndTasks) {
    ASSERT_EQ(start().status, 0);
    const Result result = site.jailctl({"status", "--wide"});
    EXPECT_THAT(result.out,
                testing::ContainsRegex("\\*a\\.test \\(192\\.0\\.2\\.1\\) +id [0-9]+  up [0-9.]+ s  tasks 1"));
    const std::string wider = " b.test (192.0.2.2, 192.0.2.3)  ";
    EXPECT_EQ(result.out.find("id ") - result.out.find("*a.test"), wider.size()) << "behind the widest: " << result.out;
    const Value document = site.json({"status", "--wide", "a.test"});
    EXPECT_EQ(document["jails"].items()[0]["tasks"].num(), 1);
}

TEST_F(StatusTest, AFailingBeforeStatusHookHidesThatLineAndCountsAsFailed) {
    const auto hook = site.path() / "hook";
    spit(hook, "#!/bin/sh\n[ \"$1\" != a.test ]\n", 0700);
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "BEFORESTATUS_HOOKS=" + hook.string());
    const Result result = site.jailctl({"status"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, std::string(header) + " b.test (192.0.2.2)\n");
    EXPECT_THAT(result.err, HasSubstr("a.test"));
    EXPECT_EQ(site.jailctl({"status", "a.test"}).status, 1);
}

TEST_F(StatusTest, TakesNoLock) {
    // The lock of the jail is held by another process for as long as the test looks.
    ::mkdir((site.run_dir() / "locks").c_str(), 0700);
    const Result result = run_command({"flock", (site.run_dir() / "locks/a.test.lock").string(),
                                       (stage() / "bin/jailctl").string(), "--config", site.config().string(),
                                       "status"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr(" a.test"));
}

}  // namespace
}  // namespace jailctl::test
