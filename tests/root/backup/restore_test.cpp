#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

class RestoredFrom : public BackedUpSite, public ::testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(Formats, RestoredFrom, ::testing::Values("tar.gz", "tar.zst", "tar"));

TEST_P(RestoredFrom, WhatWasDeletedComesBackWhole) {
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "BACKUP_FORMAT=" + GetParam() + "\n");
    const auto root = site.root("a.test");
    ASSERT_EQ(::mknod((root / "root/null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::mknod((root / "root/socket").c_str(), S_IFSOCK | 0600, 0), 0);
    ASSERT_EQ(::setxattr((root / "root/precious").c_str(), "trusted.note", "x", 1, 0), 0);
    ASSERT_EQ(run_command({"chattr", "+i", (root / "root/precious").string()}).status, 0);
    ASSERT_EQ(backup().status, 0);
    EXPECT_THAT(only_archive().string(), ::testing::EndsWith("Z." + GetParam()));
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    remove_jail();
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_THAT(restored.out, ::testing::StartsWith("Restoring jail a.test from backup\n"));
    EXPECT_EQ(slurp(root / "root/precious"), "precious data\n");
    struct stat device{};
    ASSERT_EQ(::lstat((root / "root/null").c_str(), &device), 0);
    EXPECT_EQ(device.st_rdev, makedev(1, 3));
    EXPECT_TRUE(std::filesystem::is_socket(root / "root/socket"));
    char value = 0;
    EXPECT_EQ(::getxattr((root / "root/precious").c_str(), "trusted.note", &value, 1), 1);
    EXPECT_THAT(run_command({"lsattr", (root / "root/precious").string()}).out, HasSubstr("i---"));
    EXPECT_EQ(site.jailctl({"--batch", "start", "a.test"}).status, 0) << "a restored jail starts";
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

TEST_F(BackedUpSite, RestoringAJailThatExistsSaysWhatToDo) {
    ASSERT_EQ(backup().status, 0);
    const Result refused = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("jail a.test exists; a restore never writes over a jail"));
    EXPECT_THAT(refused.err, HasSubstr("jailctl delete a.test"));
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
}

TEST_F(BackedUpSite, WithoutABackupThereIsNothingToRestore) {
    const Result none = site.jailctl({"restore", "b.test"});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.err, HasSubstr("there is no backup of jail b.test"));
}

TEST_F(BackedUpSite, ADamagedOrCutArchiveLeavesNoJail) {
    ASSERT_EQ(backup().status, 0);
    const auto file = only_archive();
    const std::string good = slurp(file);
    remove_jail();
    for (const std::size_t at : {std::size_t{3}, good.size() / 3, good.size() / 2, good.size() - 30}) {
        flip(file, at);
        const Result restored = site.jailctl({"restore", "a.test"});
        EXPECT_EQ(restored.status, 1) << "byte " << at << ": " << restored.all();
        EXPECT_FALSE(std::filesystem::exists(site.root("a.test")));
        EXPECT_THAT(site.leftovers(), ::testing::IsEmpty());
        spit(file, good.substr(0, at), 0600);
        EXPECT_EQ(site.jailctl({"restore", "a.test"}).status, 1) << "cut at " << at;
        EXPECT_FALSE(std::filesystem::exists(site.root("a.test")));
        spit(file, good, 0600);
    }
    EXPECT_EQ(site.jailctl({"restore", "a.test"}).status, 0);
}

TEST_F(BackedUpSite, AnArchiveOfThisHostIsKnownByWhateverName) {
    ASSERT_EQ(::mknod((site.root("a.test") / "root/null").c_str(), S_IFCHR | 0600, makedev(1, 3)), 0);
    const auto file = site.path() / "before-the-move.tar.gz";
    ASSERT_EQ(backup({file.string()}).status, 0);
    const auto renamed = site.path() / "kept.tar.gz";
    for (const auto& name : {file, renamed}) {
        remove_jail();
        if (name == renamed) std::filesystem::rename(file, renamed);
        const Result restored = site.jailctl({"restore", "a.test", name.string()});
        EXPECT_EQ(restored.status, 0) << restored.all();
        EXPECT_TRUE(std::filesystem::is_character_file(site.root("a.test") / "root/null"));
    }
}

TEST_F(BackedUpSite, AForeignArchiveRestoresWithoutItsDevices) {
    const auto tree = site.path() / "foreign";
    std::filesystem::create_directories(tree / "dev");
    spit(tree / "hello", "world\n");
    ASSERT_EQ(::mknod((tree / "dev/kmem").c_str(), S_IFCHR | 0600, makedev(1, 2)), 0);
    const auto file = site.backups() / "b.test.tar.gz";
    ASSERT_EQ(run_command({"tar", "-czf", file.string(), "-C", tree.string(), "."}).status, 0);
    const Result restored = site.jailctl({"restore", "b.test"});
    EXPECT_EQ(restored.status, 4) << restored.all();
    EXPECT_THAT(restored.all(), HasSubstr("left out: dev/kmem: "));
    EXPECT_THAT(restored.all(), HasSubstr("unverified"));
    EXPECT_EQ(slurp(site.root("b.test") / "hello"), "world\n");
    EXPECT_FALSE(std::filesystem::exists(site.root("b.test") / "dev/kmem"));
    ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
    const Result trusted = site.jailctl({"restore", "b.test", "--trust"});
    EXPECT_EQ(trusted.status, 0) << trusted.all();
    EXPECT_TRUE(std::filesystem::exists(site.root("b.test") / "dev/kmem"));
}

TEST_F(BackedUpSite, AnArchiveThatWasTamperedWithIsNotVouchedFor) {
    const auto tree = site.path() / "foreign";
    std::filesystem::create_directories(tree / "dev");
    ASSERT_EQ(::mknod((tree / "dev/kmem").c_str(), S_IFCHR | 0600, makedev(1, 2)), 0);
    ASSERT_EQ(backup().status, 0);
    const auto file = only_archive();
    const auto size = std::filesystem::file_size(file);
    remove_jail();
    ASSERT_EQ(run_command({"tar", "-czf", file.string(), "-C", tree.string(), "."}).status, 0);
    std::string bytes = slurp(file);
    ASSERT_LT(bytes.size(), size);
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 4) << restored.all();
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test") / "dev/kmem"));
}

TEST_F(BackedUpSite, NewestGoodOneIsTaken) {
    ASSERT_EQ(backup().status, 0);
    spit(site.root("a.test") / "root/precious", "newer\n");
    ::sleep(1);
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    ASSERT_EQ(site.jailctl({"restore", "a.test"}).status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "newer\n");
    remove_jail();
    const auto older = archives(site.backups()).front();
    ASSERT_EQ(site.jailctl({"restore", "a.test", older.string()}).status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
}

TEST_F(BackedUpSite, ADamagedNewestIsPassedOverForTheNewestGoodOne) {
    ASSERT_EQ(backup().status, 0);
    ::sleep(1);
    ASSERT_EQ(backup().status, 0);
    flip(archives(site.backups()).back(), 5000);
    remove_jail();
    const Result restored = site.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_THAT(restored.err, HasSubstr("is left out: "));
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
}

TEST_F(BackedUpSite, AFileThatIsNoArchiveOrNotRootsIsRefused) {
    remove_jail();
    const auto text = site.path() / "text.tar.gz";
    spit(text, "not an archive", 0600);
    EXPECT_EQ(site.jailctl({"restore", "a.test", text.string()}).status, 1);
    ASSERT_EQ(::chmod(text.c_str(), 0666), 0);
    const Result open_to_all = site.jailctl({"restore", "a.test", text.string()});
    EXPECT_EQ(open_to_all.status, 1);
    EXPECT_THAT(open_to_all.err, HasSubstr("chmod"));
    ASSERT_EQ(::mkfifo((site.path() / "fifo.tar.gz").c_str(), 0600), 0);
    EXPECT_EQ(site.jailctl({"restore", "a.test", (site.path() / "fifo.tar.gz").string()}).status, 1);
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test")));
}

}  // namespace
}  // namespace jailctl::test
