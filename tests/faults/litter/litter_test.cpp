// A temporary archive that cannot be removed: BACKUPDIR has become read-only since its backup was killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace {

class Litter : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(::mount("tmpfs", site_.backups().c_str(), "tmpfs", MS_NOSUID, "size=32m,mode=0700"), 0);
        ASSERT_EQ(create().status, 0);
    }
    void TearDown() override { ::umount2(site_.backups().c_str(), MNT_DETACH); }
    void kill_a_backup() const {
        ASSERT_TRUE(killed_at(5, site_, {"backup", "a.test"}));
        ASSERT_THAT(site_.leftovers(), SizeIs(2)) << "the archive and its journal";
    }
    void remount(unsigned long flags) const {
        ASSERT_EQ(::mount("none", site_.backups().c_str(), nullptr, MS_REMOUNT | MS_NOSUID | flags, nullptr), 0);
    }
};

}  // namespace

TEST_F(Litter, StopsNoCommandOfTheJail) {
    kill_a_backup();
    remount(MS_RDONLY);
    const std::vector<std::vector<std::string>> commands{{"start", "a.test"},
                                                         {"stop", "a.test"},
                                                         {"delete", "a.test", "--yes"}};
    for (const auto& words : commands) {
        const Result result = site_.jailctl(words);
        EXPECT_EQ(result.status, 0) << words[0] << ": " << result.all();
        EXPECT_THAT(result.err, HasSubstr("warning: cannot remove " + site_.backups().string()));
        EXPECT_THAT(result.err, HasSubstr("Read-only file system; the next command for a.test tries again"));
    }
    const Result failing = create();
    EXPECT_EQ(failing.status, 0) << failing.all();
    remount(0);
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

TEST_F(Litter, NineFailedBackupsInAnAppendOnlyPlaceStopNothing) {
    const Result plain = site_.jailctl({"backup", "a.test"});
    ASSERT_EQ(plain.status, 0) << plain.all();
    ASSERT_EQ(::umount2(site_.backups().c_str(), MNT_DETACH), 0);  // tmpfs has no such flag on every kernel
    ASSERT_EQ(run_command({"chattr", "+a", site_.backups().string()}).status, 0);
    for (int failure = 0; failure < 12; ++failure) EXPECT_EQ(site_.jailctl({"backup", "a.test"}).status, 1);
    const Result started = site_.jailctl({"start", "a.test"});
    EXPECT_EQ(started.status, 0) << started.all();
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
    ASSERT_EQ(run_command({"chattr", "-a", site_.backups().string()}).status, 0);
    const Result mended = site_.jailctl({"backup", "a.test"});
    EXPECT_EQ(mended.status, 0) << mended.all();
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

TEST_F(Litter, OfAJailThatIsNotListedIsShown) {
    kill_a_backup();
    site_.configure({"b.test:192.0.2.2"});
    const Result status = site_.jailctl({"status"});
    EXPECT_EQ(status.status, 0);
    EXPECT_THAT(status.out, HasSubstr("?a.test\n    a.test: backup by pid "));
    EXPECT_THAT(status.out, HasSubstr("it is not in JAILS: put its entry back, then 'jailctl doctor --fix'"));
    EXPECT_THAT(site_.jailctl({"doctor"}).out, HasSubstr("put its entry back, then 'jailctl doctor --fix'"));
    site_.configure({"a.test:192.0.2.1"});
    (void)site_.jailctl({"doctor", "--fix"});
    EXPECT_THAT(site_.jailctl({"status"}).out, Not(HasSubstr("interrupted"))) << "and the jail is there";
    EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_THAT(site_.leftovers(), IsEmpty());
}

}  // namespace jailctl::test
