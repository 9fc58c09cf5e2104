// doctor: each kind of leftover a jail without network can have, made by hand.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "diagnosed.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Doctor : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        configure("BACKUP_MAX_AGE=none\n");
    }
    Diagnosed doctor(const std::vector<std::string>& more = {}) const { return diagnose(site, more); }
    /// Finds it, fixes it, and then there is nothing.
    void expect_fixed(const std::string& code) const {
        EXPECT_THAT(doctor().findings(), ElementsAre(code + " a.test"));
        EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre(code + " a.test fixed"));
        EXPECT_THAT(doctor().findings(), IsEmpty());
    }
    /// Every file of the site but the log, with its time of change.
    std::vector<std::string> everything() const {
        std::vector<std::string> found;
        for (const auto& entry :
             fs::recursive_directory_iterator(site.path(), fs::directory_options::skip_permission_denied)) {
            struct stat facts {};
            ::lstat(entry.path().c_str(), &facts);
            found.push_back(entry.path().string() + " " + std::to_string(facts.st_ctim.tv_sec) + "." +
                            std::to_string(facts.st_ctim.tv_nsec));
        }
        std::ranges::sort(found);
        return found;
    }
};

TEST_F(Doctor, NamesAJailThatHasTheIdsOfOneOfAnotherConfiguration) {
    ASSERT_EQ(start().status, 0);
    const fs::path state = site.path() / "state-other";
    fs::create_directory(state);
    fs::permissions(state, fs::perms(0700));
    spit(state / "ids.json", slurp(site.state() / "ids.json"), 0600);
    const auto host = StateDirectory::lasting_of_host();
    host.write("givers", "other", Value::object().set("format", 1).set("state_dir", state.string()));
    EXPECT_THAT(doctor().findings(), ElementsAre("shared-ids a.test"));
    EXPECT_THAT(site.jailctl({"doctor"}).out,
                HasSubstr("jail a.test has the host ids of jail a.test of STATE_DIR " + state.string() + ", too\n"));
    host.remove("givers", "other");
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

/// Neither its ids nor its root are those of another jail.
TEST_F(Doctor, KnowsAJailByAnotherSpellingOfItsDirectories) {
    ASSERT_EQ(start().status, 0);
    const fs::path link = site.path() / "same";
    fs::create_directory_symlink(".", link);
    for (const std::string& place : {site.path().string() + "/.", link.string()}) {
        const std::string lines = "BACKUP_MAX_AGE=none\nSTATE_DIR=" + place + "/state/\nRUN_DIR=" + place + "/run/\n";
        configure(lines);
        EXPECT_THAT(doctor().findings(), IsEmpty()) << lines;
    }
    configure("BACKUP_MAX_AGE=none\n");
}

TEST_F(Doctor, CallsAHostHealthyAndChangesNothing) {
    const auto before = everything();
    const Result result = site.jailctl({"doctor"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(result.out, "healthy\n");
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(everything(), before);
    ASSERT_EQ(start().status, 0);
    const auto running = everything();
    EXPECT_EQ(site.jailctl({"doctor"}).out, "healthy\n");
    EXPECT_EQ(everything(), running);
    EXPECT_EQ(site.jailctl({"doctor", "--fix"}).out, "healthy\n");
    EXPECT_EQ(mark(), '*');
}

TEST_F(Doctor, ClearsWhatAPowerOffFromInsideLeft) {
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    inside("kill -USR2 1");
    for (int attempt = 0; attempt < 100 && mark() == '*'; ++attempt) ::usleep(20000);
    expect_fixed("leftover-run");
    EXPECT_TRUE(record().is_null());
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(Doctor, ARecordOfAnotherBootIsALeftoverOfAJailThatIsNotInJailsAnyMore) {
    ASSERT_EQ(start().status, 0);
    Value old = record();
    ASSERT_EQ(stop().status, 0);
    spit(site.run_dir() / "jails/gone.test.json", to_json(old.set("boot_id", "another").set("name", "gone.test")),
         0600);
    EXPECT_THAT(doctor().findings(), ElementsAre("leftover-run gone.test"));
    EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre("leftover-run gone.test fixed"));
    EXPECT_FALSE(fs::exists(site.run_dir() / "jails/gone.test.json"));
}

TEST_F(Doctor, RemovesAControlGroupNobodyIsIn) {
    ASSERT_EQ(start().status, 0);
    const std::string path = record()["cgroup_path"].str(), name = record()["cgroup"].str();
    ASSERT_EQ(stop().status, 0);
    if (path.empty()) GTEST_SKIP() << "cgroup2 is mounted nowhere";
    fs::create_directories(path);
    expect_fixed("leftover-cgroup");
    EXPECT_THAT(cgroup_directories(name), IsEmpty());
}

TEST_F(Doctor, UnmountsAConsoleAndKeepsWhatItSays) {
    const auto place = site.run_dir() / "console/a.test";
    fs::create_directories(place);
    for (const auto& directory : {site.run_dir(), site.run_dir() / "console", place})
        fs::permissions(directory, fs::perms(0700));
    ASSERT_EQ(::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=64k"), 0);
    spit(place / "log", "its last words\n", 0600);
    expect_fixed("leftover-console");
    EXPECT_FALSE(fs::exists(place));
    EXPECT_EQ(slurp(site.state() / "console/a.test.log"), "its last words\n");
}

TEST_F(Doctor, RemovesAStagedTreeWithoutAJournal) {
    fs::create_directories(site.home() / ".jailctl-create-a.test/etc");
    expect_fixed("leftover-staging");
    EXPECT_TRUE(fs::exists(site.root("a.test")));
    EXPECT_THAT(site.leftovers(), IsEmpty());
}

TEST_F(Doctor, AMountInAStagedTreeIsTheAdministrators) {
    const auto point = site.home() / ".jailctl-create-a.test/mnt";
    fs::create_directories(point);
    ASSERT_EQ(::mount("tmpfs", point.c_str(), "tmpfs", 0, "size=64k"), 0);
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"--fix"}})
        EXPECT_THAT(doctor(words).findings(), ElementsAre("leftover-mount a.test"));
    ASSERT_EQ(::umount(point.c_str()), 0);
    expect_fixed("leftover-staging");
}

TEST_F(Doctor, LeavesAJailAloneThatIsWorkedOn) {
    fs::create_directories(site.home() / ".jailctl-create-a.test/etc");
    ASSERT_EQ(doctor().findings().size(), 1U);
    {
        const UniqueFd run(::open(site.run_dir().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const Lock lock = Lock::of_jail(run.get(), JailName("a.test"), "create", std::chrono::seconds(0));
        for (const auto& words : std::vector<std::vector<std::string>>{{}, {"--fix"}}) {
            const Diagnosed found = doctor(words);
            EXPECT_THAT(found.findings(), IsEmpty());
            EXPECT_EQ(found.document["in_work"].items().at(0)["jail"].str(), "a.test");
            EXPECT_THAT(found.document["in_work"].items().at(0)["holder"].str(), HasSubstr("create by pid "));
        }
        EXPECT_THAT(site.jailctl({"doctor"}).out, HasSubstr("a.test is being worked on (create by pid "));
    }
    EXPECT_TRUE(fs::exists(site.home() / ".jailctl-create-a.test"));
    expect_fixed("leftover-staging");
}

TEST_F(Doctor, AJournalThatCannotBeReadIsExplainedAndKept) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(stop().status, 0);
    const auto journal = site.run_dir() / "journal/a.test";
    spit(journal, "{\"format\": 7}\n", 0600);
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"--fix"}}) {
        const Diagnosed found = doctor(words);
        EXPECT_THAT(found.findings(), ElementsAre("interrupted-command a.test"));
        EXPECT_THAT(found.document["findings"].items().at(0)["hint"].str(),
                    HasSubstr("then remove " + journal.string()));
    }
    fs::remove(journal);
}

TEST_F(Doctor, ABrokenJailIsNamedWithWhatToTypeAndNotStopped) {
    ASSERT_EQ(start().status, 0);
    fs::remove(site.run_dir() / "jails/a.test.json");
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"--fix"}}) {
        const Diagnosed found = doctor(words);
        EXPECT_THAT(found.findings(), ElementsAre("broken-jail a.test"));
        EXPECT_THAT(found.document["findings"].items().at(0)["hint"].str(), HasSubstr("'jailctl stop a.test'"));
    }
    EXPECT_EQ(stop().status, 0);
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

TEST_F(Doctor, AJailThatRunsWithoutAnEntryIsNamed) {
    ASSERT_EQ(start().status, 0);
    site.configure({"b.test:192.0.2.2"}, "BACKUP_MAX_AGE=none\n");
    EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre("unlisted-jail a.test"));
    configure("BACKUP_MAX_AGE=none\n");
    EXPECT_EQ(mark(), '*');
}

TEST_F(Doctor, AJailThatLostItsEntryIsNamedUntilItHasItAgain) {
    ASSERT_EQ(start().status, 0);  // which gives ids to a root that was put there
    ASSERT_EQ(stop().status, 0);
    site.configure({"b.test:192.0.2.2"}, "BACKUP_MAX_AGE=none\n");
    const Diagnosed found = doctor({"--fix"});
    ASSERT_THAT(found.findings(), ElementsAre("unlisted-jail a.test"));
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(),
                HasSubstr((site.home() / "a.test").string()));
    EXPECT_TRUE(fs::is_directory(site.home() / "a.test/etc"));
    configure("BACKUP_MAX_AGE=none\n");
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

TEST_F(Doctor, WhatCannotBeLookedAtIsAFindingAndHidesNoOther) {
    fs::create_directories(site.home() / ".jailctl-create-a.test/etc");
    fs::permissions(site.home(), fs::perms(0777));
    const auto found = doctor().findings();
    EXPECT_THAT(found, testing::Contains("not-examined -"));
    fs::permissions(site.home(), fs::perms(0700));
    expect_fixed("leftover-staging");
}

TEST_F(Doctor, ADirectoryOfJailsThatIsOpenIsOneFinding) {
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2", "c.test:192.0.2.3"}, "BACKUP_MAX_AGE=none\n");
    fs::permissions(site.home(), fs::perms(0755));
    const Diagnosed found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("not-examined -"));
    EXPECT_EQ(found.document["findings"].items().at(0)["hint"].str(), "chmod 0700 " + site.home().string());
    fs::permissions(site.home(), fs::perms(0700));
    EXPECT_THAT(doctor().findings(), IsEmpty());
    configure("BACKUP_MAX_AGE=none\n");
}

TEST_F(Doctor, DryRunTellsWhatFixWouldDo) {
    const auto staged = site.home() / ".jailctl-create-a.test";
    fs::create_directories(staged);
    const Result result = site.jailctl({"--dry-run", "doctor", "--fix"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("would remove " + staged.string() + "\n"));
    EXPECT_TRUE(fs::exists(staged));
    fs::remove(staged);
}

}  // namespace
}  // namespace jailctl::test
