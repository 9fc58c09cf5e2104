// A backup is known by what it is, not by its name; and what verify --boot and expire do before they touch anything.
#include <fcntl.h>
#include <sys/file.h>

#include "backed_up_site.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

class Records : public BackedUpSite {
protected:
    fs::path record(const std::string& jail) const { return site.state() / "backups" / (jail + ".json"); }
    Value verified(const fs::path& file) const {
        return site.json({"verify", file.string()})["verified"].items().at(0);
    }
};

TEST_F(Records, ACopyUnderAnotherNameIsTheSameBackup) {
    ASSERT_EQ(backup().status, 0);
    const Value original = verified(only_archive());
    const auto copy = site.path() / "b.test-20200101T000000Z.tar.gz";
    fs::copy_file(only_archive(), copy);
    const Value found = verified(copy);
    EXPECT_EQ(found["jail"].str(), "a.test") << "not whose name it bears";
    EXPECT_EQ(found["taken"].num(), original["taken"].num());
    EXPECT_EQ(found["grade"].str(), "cold");
}

TEST_F(Records, OfAStrangersFileTheMarkerTellsUnlessTheNameIsOneOfOurs) {
    ASSERT_EQ(backup({"-"}).status, 0);
    spit(site.path() / "any.tar.gz", backup({"-"}).out, 0600);
    EXPECT_EQ(verified(site.path() / "any.tar.gz")["jail"].str(), "a.test");
    fs::rename(site.path() / "any.tar.gz", site.path() / "b.test-20200101T000000Z.tar.gz");
    EXPECT_EQ(verified(site.path() / "b.test-20200101T000000Z.tar.gz")["jail"].str(), "b.test");
}

TEST_F(Records, ARecordUnderAnotherJailsNameIsNotBelieved) {
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    fs::rename(record("a.test"), record("b.test"));
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_THAT(restored.all(), HasSubstr("unverified: this host has no record of making it"));
    ASSERT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    EXPECT_EQ(site.jailctl({"protect", only_archive().string()}).status, 0);
    EXPECT_THAT(slurp(record("a.test")), HasSubstr("\"jail\": \"a.test\""));
}

/// What cannot be read of one jail is named, says nothing of the others, and is no damage of an archive.
TEST_F(Records, ADamagedDocumentConcernsItsJailAlone) {
    fs::create_directories(site.root("b.test") / "etc");
    ASSERT_EQ(site.jailctl({"backup", "all"}).status, 0);
    spit(record("b.test"), "{\"format\": 1, ", 0600);

    const Result all = site.jailctl({"backups"});
    EXPECT_EQ(all.status, 4) << all.all();
    EXPECT_THAT(all.out, HasSubstr("verified 2"));
    EXPECT_THAT(all.err, HasSubstr("left out: backups of jail b.test: " + record("b.test").string() + " is damaged"));
    EXPECT_EQ(site.jailctl({"backups", "a.test", "b.test"}).status, 4);
    EXPECT_EQ(site.jailctl({"backups", "b.test"}).status, 1);
    EXPECT_EQ(site.jailctl({"verify", "all"}).status, 3);
    EXPECT_THAT(site.jailctl({"doctor"}).out, HasSubstr("cannot examine the backups of jail b.test: "));

    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    spit(site.root("a.test") / "root/precious", "another");
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();

    // A stranger's may be one of those that are recorded there: that is not known, and no damage
    // that would be noted of it.
    const auto strange = site.backups() / "a.test-20200101T000000Z.tar.gz";
    ASSERT_EQ(run_command({"tar", "-czf", strange.string(), "-C", site.root("a.test").string(), "etc"}).status, 0);
    const Result unknown = site.jailctl({"verify", strange.string()});
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.err, HasSubstr("whether this host made it is not known: "));
    EXPECT_THAT(site.jailctl({"backups", "a.test"}).out, Not(HasSubstr("unusable")));
}

/// Taken for empty, or for what we know, it would let go what is protected in a way of its own.
TEST_F(Records, OfADocumentThatThisVersionDoesNotUnderstandNothingIsBelieved) {
    ASSERT_EQ(backup().status, 0);
    const fs::path first = only_archive();
    ::sleep(1);  // names have seconds
    ASSERT_EQ(backup().status, 0);
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=1\n");
    const std::string good = slurp(record("a.test"));
    const auto with = [&](const std::string& old, const std::string& now) {
        std::string changed = good;
        const auto at = changed.find(old);
        EXPECT_NE(at, std::string::npos) << old;
        return changed.replace(at, old.size(), now);
    };
    const std::pair<std::string, const char*> strange[] = {
        {with("\"format\": 1", "\"format\": 99"), "was written by a newer version"},
        {with("\"backups\": [", "\"marks\": 5, \"backups\": ["), "no list"}};
    for (const auto& [text, why] : strange) {
        spit(record("a.test"), text, 0600);
        for (const char* command : {"expire", "backups"}) {
            const Result refused = site.jailctl({command, "a.test"});
            EXPECT_EQ(refused.status, 1) << refused.all();
            EXPECT_THAT(refused.err, HasSubstr(why));
        }
        EXPECT_TRUE(fs::exists(first));
    }
    spit(record("a.test"), good, 0600);
    EXPECT_EQ(site.jailctl({"expire", "a.test"}).status, 0);
    EXPECT_FALSE(fs::exists(first));
}

TEST_F(Records, WhatIsNoArchiveIsCalledSo) {
    const Result passwd = site.jailctl({"verify", "/etc/passwd"});
    EXPECT_EQ(passwd.status, 1);
    EXPECT_THAT(passwd.err, HasSubstr("/etc/passwd: the file is no archive"));
    spit(site.path() / "short.tar", "x", 0600);
    EXPECT_THAT(site.jailctl({"verify", (site.path() / "short.tar").string()}).err,
                HasSubstr("the file is no archive"));
}

TEST_F(Records, OneEntryIsCountedAsOne) {
    ASSERT_EQ(backup().status, 0);
    fs::create_directory(site.path() / "out");
    const Result taken = site.jailctl({"extract", "a.test", "root/precious", "--to", (site.path() / "out").string()});
    EXPECT_EQ(taken.status, 0) << taken.all();
    EXPECT_THAT(taken.out, HasSubstr(": 1 entry, "));
}

TEST_F(Records, ExpireOfAJailThatIsNotListedTakesItsLock) {
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    site.configure({"b.test:192.0.2.2"}, "BACKUP_KEEP=last=1");
    const auto path = site.run_dir() / "locks/a.test.lock";
    const UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
    const Result refused = site.jailctl({"expire", "a.test"});
    EXPECT_EQ(refused.status, 1) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("a.test is busy"));
    ASSERT_EQ(::flock(lock.get(), LOCK_UN), 0);
    EXPECT_EQ(site.jailctl({"expire", "a.test"}).status, 0);
}

TEST_F(Records, ABootNeedsRoomBeforeItUnpacks) {
    ASSERT_EQ(backup().status, 0);
    const std::string program = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result full = run_command({"unshare", "-m", "sh", "-c",
                                     "mount -t tmpfs -o size=300k,mode=700 none " + site.home().string() + " && " +
                                         program + " verify " + only_archive().string() +
                                         " --boot; echo status $?; ls -A " + site.home().string()});
    EXPECT_THAT(full.out, ::testing::EndsWith("status 1\n")) << full.all();
    EXPECT_THAT(full.err, HasSubstr("the restored jail needs "));
    EXPECT_THAT(full.err, Not(HasSubstr("No space left on device")));
}

}  // namespace
}  // namespace jailctl::test
