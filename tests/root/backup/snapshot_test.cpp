// Warm backups from a snapshot: taken in an instant in which the jail stands still, and the jail always goes on.
#include <sys/stat.h>

#include "btrfs_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(BtrfsSite, ARootOnBtrfsIsASubvolumeAndGoesWithoutATrace) {
    struct stat facts{};
    ASSERT_EQ(::stat(site.root("a.test").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_ino, 256U);
    remove_jail();
    EXPECT_EQ(run_command({"btrfs", "subvolume", "list", site.home().string()}).out, "");
}

TEST_F(BtrfsSite, AWarmBackupIsOfOneInstant) {
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    ASSERT_TRUE(writes());
    const Result done = backup();
    ASSERT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(done.out, HasSubstr("snapshot, verified"));
    // The writer is between two writes at most: the second file holds what the first does, or the number before; the
    // one it writes may be empty.
    const long first = counted("first"), second = counted("second");
    EXPECT_TRUE(second == first || second == first - 1 || second == 0 || first == 0) << first << ", " << second;
    EXPECT_EQ(state(), "running");
    EXPECT_TRUE(writes());
    EXPECT_EQ(site.json({"backups", "a.test"})["backups"].items().at(0)["grade"].str(), "snapshot");
    EXPECT_EQ(run_command({"btrfs", "subvolume", "list", "-r", site.home().string()}).out, "");
}

TEST_F(BtrfsSite, AJailFrozenByHandStaysFrozen) {
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    ASSERT_EQ(site.jailctl({"freeze", "a.test"}).status, 0);
    EXPECT_EQ(backup().status, 0);
    EXPECT_EQ(state(), "frozen");
    EXPECT_EQ(site.jailctl({"thaw", "a.test"}).status, 0);
}

TEST_F(BtrfsSite, ASubvolumeInTheRootIsNotLostInASnapshot) {
    ASSERT_EQ(run_command({"btrfs", "-q", "subvolume", "create", (site.root("a.test") / "srv/data").string()}).status,
              0);
    spit(site.root("a.test") / "srv/data/file", "kept");
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    EXPECT_THAT(backup().out, HasSubstr("frozen"));
    EXPECT_EQ(run_command({"tar", "-xzOf", only_archive().string(), "./srv/data/file"}).out, "kept");
    configure("BACKUP_WARM=snapshot\n");
    const Result refused = backup();
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("there are subvolumes in it, which a snapshot leaves out"));
    EXPECT_THAT(archives(site.backups()), SizeIs(1));
    EXPECT_EQ(state(), "running");
}

TEST_F(BtrfsSite, TheJailIsMadeReadyBeforeAndResumedAfter) {
    configure("BACKUP_QUIESCE=\"/bin/busybox touch /quiesced\"\nBACKUP_RESUME=\"/bin/busybox rm /quiesced\"\n");
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result done = backup();
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(run_command({"tar", "-tzf", only_archive().string()}).out, HasSubstr("./quiesced\n"));
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test") / "quiesced"));
}

/// btrfs gives EIO for what is not what its checksum says: the nearest to a disk that has gone bad.
TEST_F(BtrfsSite, AFileThatCannotBeReadIsNamedAndTheRestIsStored) {
    std::string content;
    for (int i = 0; i < 256; ++i)
        content += "block " + std::to_string(1000 + i) + std::string(4096 - 10, static_cast<char>('a' + i % 26));
    for (const char* name : {"root/bad", "root/fine"}) spit(site.root("a.test") / name, content);
    const std::string home = site.home().string(), image = (site.path() / "btrfs.img").string();
    const Result damaged =
        run_command({"sh", "-ec",
                     "sync; umount " + home + "; at=$(grep -obUa 'block 1200' " + image +
                         " | head -n 1 | cut -d: -f1); " + "printf X | dd of=" + image +
                         " bs=1 seek=$((at + 100)) conv=notrunc status=none; mount -o loop " + image + " " + home});
    ASSERT_EQ(damaged.status, 0) << damaged.all();
    // Which of the two it was.
    const bool first = run_command({"cat", (site.root("a.test") / "root/bad").string()}).status != 0;
    const std::string bad = first ? "root/bad" : "root/fine", fine = first ? "root/fine" : "root/bad";
    const Result done = backup();
    EXPECT_EQ(done.status, 4) << done.all();
    EXPECT_THAT(done.err, HasSubstr(bad + ": cannot be read to its end: Input/output error"));
    EXPECT_THAT(done.out, HasSubstr("cold, 1 left out or changed while read, verified"));
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    const std::string archive = only_archive().string();
    EXPECT_EQ(run_command({"tar", "-xzOf", archive, "./" + fine}).out, content);
    const std::string stored = run_command({"tar", "-xzOf", archive, "./" + bad}).out;
    EXPECT_EQ(stored.size(), content.size());
    EXPECT_EQ(stored.substr(0, 64 * 4096), content.substr(0, 64 * 4096)) << "what could be read is there";
}

TEST_F(BtrfsSite, KilledAnywhereTheJailGoesOnAndTheSnapshotGoes) {
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    int n = 1;
    for (; n < 60 && killed_at(n, site, {"backup", "a.test"}); ++n) {
        ASSERT_TRUE(writes()) << "after a kill at point " << n;
        ASSERT_EQ(state(), "running") << "after a kill at point " << n;
        if (n % 4 != 0) continue;
        const Result next = backup();
        ASSERT_EQ(next.status, 0) << "after a kill at point " << n << ": " << next.all();
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 10) << "the sweep must have met the points";
    EXPECT_LT(n, 60);
}

using Quiesce = BackedUpSite;

TEST_F(Quiesce, WhatFailsOrHangsStopsTheBackupAndTheJailIsResumed) {
    for (const std::string command : {"/bin/busybox false", "/bin/busybox sleep 60", "/no/such/thing"}) {
        site.configure({"a.test:192.0.2.1"}, "BACKUP_QUIESCE=\"" + command + "\"\nBACKUP_QUIESCE_TIMEOUT=1s\n" +
                                                 "BACKUP_RESUME=\"/bin/busybox touch /resumed\"\n");
        ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
        const Result failed = backup();
        EXPECT_EQ(failed.status, 1) << command;
        EXPECT_THAT(failed.err, HasSubstr("BACKUP_QUIESCE"));
        EXPECT_THAT(archives(site.backups()), IsEmpty());
        EXPECT_TRUE(std::filesystem::remove(site.root("a.test") / "resumed")) << command;
        ASSERT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
    }
}

TEST_F(Quiesce, AFailingResumeIsToldAndTheBackupIsThere) {
    site.configure({"a.test:192.0.2.1"}, "BACKUP_RESUME=\"/bin/busybox false\"\n");
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result done = backup();
    EXPECT_EQ(done.status, 4);
    EXPECT_THAT(done.err, HasSubstr("BACKUP_RESUME"));
    EXPECT_THAT(archives(site.backups()), SizeIs(1));
    ASSERT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

TEST_F(Quiesce, AStoppedJailIsNotAskedAndAPlainDirectoryHasNoSnapshot) {
    site.configure({"a.test:192.0.2.1"}, "BACKUP_QUIESCE=\"/no/such/thing\"\nBACKUP_WARM=snapshot\n");
    EXPECT_EQ(backup().status, 0);
    site.configure({"a.test:192.0.2.1"}, "BACKUP_WARM=snapshot\n");
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result refused = backup();
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("it is kept as a plain directory"));
    ASSERT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

}  // namespace
}  // namespace jailctl::test
