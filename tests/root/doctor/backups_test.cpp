// doctor: jails without a recent verified backup, room for the next one, temporary archives.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnosed.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DoctorOfBackups : public JailTest {
protected:
    void back_up() const {
        const Result result = site.jailctl({"backup", "a.test"});
        ASSERT_EQ(result.status, 0) << result.all();
    }
    fs::path archive() const {
        for (const auto& entry : fs::directory_iterator(site.backups()))
            if (entry.path().extension() == ".gz") return entry.path();
        return {};
    }
    void date(const fs::path& file, std::int64_t hours_ago) const {
        const timespec then{::time(nullptr) - hours_ago * 3600, 0}, both[] = {then, then};
        ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), both, 0), 0);
    }
    Diagnosed doctor(const std::vector<std::string>& more = {}) const { return diagnose(site, more); }
};

TEST_F(DoctorOfBackups, NamesAJailWithoutABackupUntilThereIsOne) {
    const Diagnosed found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("backup-missing a.test"));
    EXPECT_EQ(found.document["findings"].items().at(0)["hint"].str(), "make one: 'jailctl backup a.test'");
    back_up();
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

TEST_F(DoctorOfBackups, TheNewestVerifiedOneMayNotBeOlderThanBackupMaxAge) {
    back_up();
    configure("BACKUP_MAX_AGE=1s\n");
    ::sleep(2);
    EXPECT_THAT(doctor().findings(), ElementsAre("backup-old a.test"));
    configure("BACKUP_MAX_AGE=1d\n");
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

TEST_F(DoctorOfBackups, AnArchiveThatVerifyFoundDamagedIsNoBackup) {
    back_up();
    std::string bytes = slurp(archive());
    for (std::size_t i = 0; i < 64; ++i) bytes[bytes.size() / 2 + i] ^= 0x55;
    const auto written = fs::last_write_time(archive());
    spit(archive(), bytes, 0600);
    EXPECT_THAT(doctor().findings(), ElementsAre("backup-unverified a.test")) << "it is not the file that was proven";
    fs::last_write_time(archive(), written);  // a disk that loses a bit tells nobody
    EXPECT_THAT(doctor().findings(), IsEmpty()) << "doctor reads no archive";
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 1);
    const Diagnosed found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("backup-unusable a.test"));
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(), HasSubstr(archive().string()));
}

TEST_F(DoctorOfBackups, AnArchiveThatIsCutShortIsNotTheOneThatWasVerified) {
    back_up();
    fs::resize_file(archive(), fs::file_size(archive()) / 2);
    EXPECT_THAT(doctor().findings(), ElementsAre("backup-unverified a.test"));
}

TEST_F(DoctorOfBackups, ADiskTooSmallForTheNextOneIsNamed) {
    fs::create_directories(site.backups());
    fs::permissions(site.backups(), fs::perms(0700));
    ASSERT_EQ(::mount("tmpfs", site.backups().c_str(), "tmpfs", 0, "size=4m,mode=0700"), 0);
    back_up();
    EXPECT_THAT(doctor().findings(), IsEmpty());
    spit(site.backups() / "fill", std::string(3 << 20, 'x'), 0600);
    EXPECT_THAT(doctor().findings(), ElementsAre("backup-no-room -"));
    ASSERT_EQ(::umount(site.backups().c_str()), 0);
}

TEST_F(DoctorOfBackups, ATemporaryArchiveIsRemovedOnceNobodyCanBeWritingIt) {
    configure("BACKUP_MAX_AGE=none\n");
    back_up();
    const auto partial = site.backups() / ".jailctl-backup-b.test.partial";
    spit(partial, "half", 0600);
    EXPECT_THAT(doctor().findings(), IsEmpty()) << "another host may be writing it";
    date(partial, 30);
    EXPECT_THAT(doctor().findings(), ElementsAre("leftover-partial b.test"));
    EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre("leftover-partial b.test fixed"));
    EXPECT_FALSE(fs::exists(partial));
    EXPECT_TRUE(fs::exists(archive()));
}

}  // namespace
}  // namespace jailctl::test
