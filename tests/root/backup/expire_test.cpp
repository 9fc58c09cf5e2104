// expire and protect, with archives whose times are in their names.
#include <array>
#include <ctime>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class Expire : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "BACKUP_KEEP=\"last=2\"\n");
    }
    /// Makes a backup, and copies it under names of older days: they are recorded by their bytes, not their names.
    fs::path old(const std::string& stamp, const std::string& jail = "a.test") {
        const auto to = site.backups() / (jail + "-" + stamp + ".tar.gz");
        fs::copy_file(model_, to);
        fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
        return to;
    }
    void make_model() {
        ASSERT_EQ(site.jailctl({"backup", "a.test", (site.path() / "model.tar.gz").string()}).status, 0);
        model_ = site.path() / "model.tar.gz";
        fs::create_directories(site.backups());
        fs::permissions(site.backups(), fs::perms::owner_all);
    }
    fs::path model_;
};

TEST_F(Expire, RemovesWhatNoRuleKeepsAndTellsWhyFirst) {
    make_model();
    const auto one = old("20260101T000000Z"), two = old("20260102T000000Z"), three = old("20260103T000000Z");
    const Result dry = site.jailctl({"expire", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(dry.out, HasSubstr("would remove  2026-01-01 00:00:00  " + one.string()));
    EXPECT_THAT(dry.out, HasSubstr(two.string() + "  last 2 of 2"));
    EXPECT_TRUE(fs::exists(one));
    const Result real = site.jailctl({"expire", "a.test"});
    EXPECT_EQ(real.status, 0) << real.all();
    EXPECT_FALSE(fs::exists(one));
    EXPECT_TRUE(fs::exists(two));
    EXPECT_TRUE(fs::exists(three));
}

/// Which of them are kept, and where they are, is in the file that nobody understands. Others are not to pay for it.
TEST_F(Expire, OfAJailWithAMistakeInItsOwnFileNothingGoes) {
    make_model();
    std::vector<fs::path> whole;
    for (const char* day : {"01", "02", "03"}) whole.push_back(old("202601" + std::string(day) + "T000000Z", "b.test"));
    const auto goes = old("20260101T000000Z");
    for (const char* day : {"02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    fs::create_directories(site.path() / "jails.d");
    spit(site.path() / "jails.d/b.test.conf", "BACKUP_KEEP=nothing\n", 0600);
    const Result all = site.jailctl({"expire", "--json"});
    EXPECT_EQ(all.status, 3) << all.all();
    EXPECT_FALSE(fs::exists(goes));
    EXPECT_THAT(all.out, HasSubstr("the backups of jail b.test are left alone: "));
    const Result alone = site.jailctl({"expire", "b.test"});
    EXPECT_EQ(alone.status, 2) << alone.all();
    for (const auto& file : whole) EXPECT_TRUE(fs::exists(file)) << file;
    for (const char* command : {"verify", "protect"}) {
        EXPECT_EQ(site.jailctl({command, "a.test"}).status, 0) << command;
        const Result refused = site.jailctl({command, "b.test"});
        EXPECT_EQ(refused.status, 2) << command << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("the backups of jail b.test are left alone: ")) << command;
    }
    const Result verified = site.jailctl({"verify"});
    EXPECT_EQ(verified.status, 3) << verified.all();
    EXPECT_THAT(verified.out, HasSubstr(": good, "));
    EXPECT_EQ(site.jailctl({"extract", "a.test", "etc", "--to", site.path().string()}).status, 0);
    for (const auto& words : {std::array{"extract", "b.test", "etc"}, std::array{"backups", "b.test", "--contents"}})
        EXPECT_THAT(site.jailctl({words.begin(), words.end()}).err, HasSubstr("b.test.conf:1:13: BACKUP_KEEP: "));
    EXPECT_EQ(site.jailctl({"backups", "b.test"}).status, 4) << "it may have more in a place of its own";
}

TEST_F(Expire, ProtectedStaysUntilItIsNoMore) {
    make_model();
    const auto one = old("20260101T000000Z");
    for (const char* day : {"02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    EXPECT_EQ(site.jailctl({"protect", one.string()}).status, 0);
    EXPECT_THAT(site.jailctl({"backups", "a.test"}).out, HasSubstr("protected  " + one.string()));
    EXPECT_EQ(site.jailctl({"expire"}).status, 0);
    EXPECT_TRUE(fs::exists(one));
    EXPECT_THAT(site.jailctl({"protect", "a.test", "--off"}).err, HasSubstr("0103T000000Z.tar.gz was not protected"))
        << "the newest is another one";
    EXPECT_THAT(site.jailctl({"protect", one.string(), "--off"}).out, HasSubstr(one.string() + " is protected no"));
    EXPECT_EQ(site.jailctl({"expire"}).status, 0);
    EXPECT_FALSE(fs::exists(one));
}

TEST_F(Expire, TheNewestVerifiedStays) {
    make_model();
    const auto one = old("20260101T000000Z");
    for (const char* day : {"02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    ASSERT_EQ(site.jailctl({"verify", one.string()}).status, 0);
    // All three have the same bytes and size, so that only names tell them apart.
    EXPECT_EQ(site.jailctl({"expire"}).status, 0);
    EXPECT_TRUE(fs::exists(one));
}

TEST_F(Expire, DamagedIsNamedAndGoesOnlyWhenAsked) {
    make_model();
    for (const char* day : {"01", "02"}) (void)old("202601" + std::string(day) + "T000000Z");
    const auto bad = old("20260103T000000Z");
    flip(bad, fs::file_size(bad) / 2);
    ASSERT_EQ(site.jailctl({"verify", bad.string()}).status, 1);
    EXPECT_THAT(site.jailctl({"backups"}).out, HasSubstr("unusable: it was found damaged"));
    const Result named = site.jailctl({"expire"});
    EXPECT_EQ(named.status, 0) << named.all();
    EXPECT_THAT(named.err, HasSubstr(bad.string() + " is unusable and counts for nothing"));
    EXPECT_EQ(archives(site.backups()).size(), 3U) << "two good ones are kept, the damaged one is not touched";
    EXPECT_EQ(site.jailctl({"expire", "--damaged"}).status, 0);
    EXPECT_FALSE(fs::exists(bad));
    EXPECT_EQ(archives(site.backups()).size(), 2U);
}

TEST_F(Expire, BackupsOfADeletedJailGoByTheRuleOfTheHost) {
    make_model();
    for (const char* day : {"01", "02", "03"}) (void)old("202601" + std::string(day) + "T000000Z", "gone.test");
    EXPECT_EQ(site.jailctl({"expire", "all"}).status, 0);
    EXPECT_EQ(archives(site.backups()).size(), 2U);
}

TEST_F(Expire, BackupsOfADeletedJailMayHaveARuleOfTheirOwn) {
    make_model();
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=3\nBACKUP_KEEP_DELETED=last=1\n");
    for (const char* jail : {"a.test", "gone.test"})
        for (const char* day : {"01", "02", "03"}) (void)old("202601" + std::string(day) + "T000000Z", jail);
    EXPECT_THAT(site.jailctl({"expire", "--dry-run", "gone.test"}).out, HasSubstr("last 1 of 1"));
    EXPECT_EQ(site.jailctl({"expire", "all"}).status, 0);
    EXPECT_EQ(archives(site.backups()).size(), 4U);
    EXPECT_TRUE(fs::exists(site.backups() / "gone.test-20260103T000000Z.tar.gz"));
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP_DELETED=newest=1\n");
    EXPECT_EQ(site.jailctl({"expire"}).status, 2);
}

TEST_F(Expire, WhatIsNotOursStays) {
    make_model();
    for (const char* day : {"01", "02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    const auto original = site.backups() / "a.test.tar.gz";
    fs::copy_file(model_, original);
    fs::permissions(original, fs::perms::owner_read | fs::perms::owner_write);
    const Result result = site.jailctl({"expire", "--verbose"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr(original.string() + "  not made by this configuration"));
    EXPECT_TRUE(fs::exists(original));
}

TEST_F(Expire, WhatSomebodyGaveANameStays) {
    const auto named = site.backups() / "before-the-change.tar.gz";
    ASSERT_EQ(backup().status, 0);
    ASSERT_EQ(backup({named.string()}).status, 0);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(backup().status, 0);
    EXPECT_TRUE(fs::exists(named));
    EXPECT_EQ(archives(site.backups()).size(), 3U) << "two by the rule, and the one with a name";
    EXPECT_THAT(site.jailctl({"expire", "--dry-run"}).out, HasSubstr(named.string() + "  its name was chosen by hand"));
}

/// Two configurations, or two hosts, keep backups of jails of one name in the same directory.
TEST_F(Expire, WhatAnotherConfigurationMadeStaysAndIsNotTakenForOurs) {
    const OtherSite other(site);
    ASSERT_EQ(other.jailctl({"backup", "a.test"}).status, 0);
    const auto theirs = only_archive();
    for (int count = 0; count < 3; ++count) ASSERT_EQ(backup().status, 0);
    EXPECT_TRUE(fs::exists(theirs));
    EXPECT_EQ(archives(site.backups()).size(), 3U) << "last=2 of ours, and theirs";
    const auto ours = archives(site.backups());
    ASSERT_EQ(other.jailctl({"backup", "a.test"}).status, 0);  // the newest of all
    EXPECT_THAT(site.jailctl({"expire", "--verbose"}).out,
                HasSubstr(theirs.string() + "  not made by this configuration"));
    const Result verified = site.jailctl({"verify", "a.test"});
    EXPECT_EQ(verified.status, 0) << verified.all();
    remove_jail();
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    for (const auto& archive : archives(site.backups())) {
        if (std::find(ours.begin(), ours.end(), archive) != ours.end()) continue;
        EXPECT_THAT(verified.all(), Not(HasSubstr(archive.string())));
        EXPECT_THAT(restored.all(), Not(HasSubstr(archive.string())));
    }
}

TEST_F(Expire, FollowsEveryGoodBackup) {
    ASSERT_EQ(backup().status, 0);
    ASSERT_EQ(backup({"--protect"}).status, 0);
    ASSERT_EQ(backup().status, 0);
    const Result last = backup();
    EXPECT_EQ(last.status, 0) << last.all();
    EXPECT_EQ(archives(site.backups()).size(), 3U) << "two by the rule, and the protected one";
}

TEST_F(Expire, ANumberThatWasFreedIsNotTakenAgain) {
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=1\n");
    ASSERT_EQ(backup().status, 0);
    ASSERT_EQ(backup({"--protect"}).status, 0);
    for (int i = 0; i < 4; ++i) {  // several in one second, whatever the clock says
        const Value made = site.json({"backup", "a.test"})["jails"].items().at(0)["backup"];
        EXPECT_TRUE(fs::exists(made["id"].str())) << made["id"].str() << " was expired by the backup that made it";
    }
}

TEST_F(Expire, WithoutTheVariableNothingGoes) {
    make_model();
    for (const char* day : {"01", "02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    site.configure({"a.test:192.0.2.1"});
    const Result result = site.jailctl({"expire", "--dry-run"});
    EXPECT_THAT(result.out, HasSubstr("BACKUP_KEEP is not set"));
    EXPECT_EQ(site.jailctl({"expire"}).status, 0);
    EXPECT_EQ(archives(site.backups()).size(), 3U);
}

TEST_F(Expire, AWrongRuleStopsEverything) {
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=\"dayly=2\"\n");
    const Result result = site.jailctl({"expire"});
    EXPECT_EQ(result.status, 2) << result.all();
    EXPECT_THAT(result.err, HasSubstr("there is no rule 'dayly', perhaps daily"));
    EXPECT_THAT(result.err, Not(HasSubstr("removed")));
}

TEST_F(Expire, AReadOnlyPlaceIsAFailureThatIsNamed) {
    make_model();
    for (const char* day : {"01", "02", "03"}) (void)old("202601" + std::string(day) + "T000000Z");
    ASSERT_EQ(run_command({"chattr", "+i", site.backups().string()}).status, 0);
    const Result result = site.jailctl({"expire", "a.test"});
    ASSERT_EQ(run_command({"chattr", "-i", site.backups().string()}).status, 0);
    EXPECT_EQ(result.status, 1) << result.all();
    EXPECT_THAT(result.err, HasSubstr("cannot remove"));
    EXPECT_EQ(archives(site.backups()).size(), 3U);
}

}  // namespace
}  // namespace jailctl::test
