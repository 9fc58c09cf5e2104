// Disks that are full at any moment: of room, or of inodes, which run out at each file and directory. What fails says
// so, publishes nothing, leaves nothing, and the same command works once there is room.
#include <fstream>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

class FullDisk : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        fs::create_directory(small);
        fs::permissions(small, fs::perms::owner_all);
        site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2:" + small.string()});
    }
    [[nodiscard]] std::string command(const std::string& words) const {
        return (stage() / "bin/jailctl").string() + " --config " + site.config().string() + " " + words;
    }
    /// The command with a tmpfs of these limits on `where`: "status N", then the names that stand there.
    Result limited(const fs::path& where, const std::string& limits, const std::string& words) {
        return run_command({"unshare", "-m", "sh", "-c",
                            "mount -t tmpfs -o mode=700," + limits + " none " + where.string() + " && " +
                                command(words) + "; echo status $?; ls -A " + where.string()});
    }
    /// With each of the limits: done and there, or an error that says what is full, and an empty directory.
    /// @return how often it failed
    int sweep(const std::vector<std::string>& limits, const std::string& words, const std::string& made) {
        int failed = 0;
        for (const auto& limit : limits) {
            const Result done = limited(small, limit, words);
            const std::string when = words + " with " + limit + ": " + done.all();
            if (done.out.find("status 0\n") != std::string::npos) {
                EXPECT_THAT(done.out, EndsWith("status 0\n" + made + "\n")) << when;
                // The tmpfs took the jail along; what is recorded of it goes as after any loss.
                (void)site.jailctl({"--batch", "delete", "b.test"});
            } else {
                ++failed;
                EXPECT_THAT(done.out, EndsWith("status 1\n")) << when;
                EXPECT_THAT(done.err,
                            AnyOf(HasSubstr("No space left on device"), HasSubstr("the restored jail needs ")))
                    << when;
            }
            EXPECT_THAT(done.all(), Not(HasSubstr("defect"))) << when;
            EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
        }
        return failed;
    }
    static std::vector<std::string> inodes(int from, int to, int step) {
        std::vector<std::string> limits;
        for (int n = from; n <= to; n += step) limits.push_back("nr_inodes=" + std::to_string(n));
        return limits;
    }
    static std::vector<std::string> kibibytes(std::initializer_list<int> sizes) {
        std::vector<std::string> limits;
        for (const int size : sizes) limits.push_back("size=" + std::to_string(size) + "k");
        return limits;
    }
    /// How many entries the jail has, its root included.
    int entries() {
        return std::stoi(run_command({"sh", "-c", "find " + site.root("a.test").string() + " | wc -l"}).out);
    }
    int size_in_kib() { return std::stoi(run_command({"du", "-sk", site.root("a.test").string()}).out); }
    /// Of another tool: nothing says how much room it needs, so that it is begun.
    void foreign() {
        ASSERT_EQ(run_command({"tar", "-czf", (site.backups() / "b.test.tar.gz").string(), "-C",
                               site.root("a.test").string(), "."})
                      .status,
                  0);
    }
    fs::path small = site.path() / "small";
};

TEST_F(FullDisk, ARestoreWithoutInodesLeavesNothing) {
    ASSERT_EQ(backup().status, 0);
    const int all = entries();
    EXPECT_GT(sweep(inodes(2, all + 4, 1 + all / 12), "restore a.test --as b.test", "b.test"), 8);
    EXPECT_EQ(sweep({"nr_inodes=" + std::to_string(all + 20)}, "restore a.test --as b.test", "b.test"), 0);
}

TEST_F(FullDisk, ARestoreWithoutRoomLeavesNothing) {
    ASSERT_EQ(backup().status, 0);
    const int all = size_in_kib();
    EXPECT_GT(sweep(kibibytes({4, all / 2, all - 200, all - 100, all - 60, all - 20}), "restore a.test --as b.test",
                    "b.test"),
              2);
    EXPECT_EQ(sweep(kibibytes({all + 1000}), "restore a.test --as b.test", "b.test"), 0);
}

TEST_F(FullDisk, HolesNeedNoRoom) {
    std::ofstream(site.root("a.test") / "root/holes") << "begins";
    fs::resize_file(site.root("a.test") / "root/holes", 200U << 20U);
    ASSERT_EQ(backup().status, 0);
    EXPECT_EQ(sweep(kibibytes({size_in_kib() + 1000}), "restore a.test --as b.test", "b.test"), 0);
}

TEST_F(FullDisk, ARestoreOfAForeignArchiveLeavesNothing) {
    ASSERT_EQ(backup().status, 0);  // makes BACKUPDIR
    foreign();
    const int all = size_in_kib(), files = entries();
    EXPECT_GT(sweep(kibibytes({4, 64, all / 4, all / 2, all - 300, all - 60}), "restore b.test", "b.test"), 4);
    EXPECT_GT(sweep(inodes(2, files, 1 + files / 6), "restore b.test", "b.test"), 4);
    EXPECT_EQ(sweep(kibibytes({all + 1000}), "restore b.test", "b.test"), 0);
}

TEST_F(FullDisk, AnExtractionLeavesNothing) {
    ASSERT_EQ(backup().status, 0);
    const int all = size_in_kib(), files = entries();
    const std::string words = "extract a.test etc bin sbin usr --to " + small.string();
    EXPECT_GT(sweep(kibibytes({4, 64, all / 4, all / 2, all - 300}), words, "bin\netc\nsbin\nusr"), 3);
    EXPECT_GT(sweep(inodes(2, files / 2, 1 + files / 12), words, "bin\netc\nsbin\nusr"), 3);
    EXPECT_EQ(sweep(kibibytes({all + 1000}), words, "bin\netc\nsbin\nusr"), 0);
}

TEST_F(FullDisk, ABootLeavesNothing) {
    ASSERT_EQ(backup().status, 0);
    for (const int n : {2, 3, 5, 20}) {
        const Result full = limited(site.home(), "nr_inodes=" + std::to_string(n),
                                    "verify " + only_archive().string() + " --boot");
        EXPECT_THAT(full.out, EndsWith("status 1\n")) << n << full.all();
        EXPECT_THAT(full.err, HasSubstr("No space left on device")) << n;
        EXPECT_THAT(site.leftovers(), IsEmpty());
    }
}

TEST_F(FullDisk, ARestoreWithFullStateCostsNothing) {
    // Journal, ids, marks, lock and log each need a page or more: with every number of them one
    // fails that worked before.
    ASSERT_EQ(backup().status, 0);
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const std::string restore = command("restore a.test --as b.test");
    int failed = 0;
    for (const auto& full : {site.state(), site.run_dir()}) {
        const std::string dir = full.string(), copy = (site.path() / "copy").string();
        for (const int kib : {0, 4, 8, 12, 16, 24}) {
            const Result done = run_command(
                {"unshare", "-m", "sh", "-c",
                 "rm -rf " + copy + "; cp -a " + dir + " " + copy + "; mount -t tmpfs -o size=512k,mode=700 none " +
                     dir + " && cp -a " + copy + "/. " + dir + "; dd if=/dev/zero of=" + dir +
                     "/filler bs=4k status=none 2>/dev/null; truncate -s -" + std::to_string(kib) + "K " + dir +
                     "/filler; " + restore + "; echo status $?; rm " + dir + "/filler; " + restore +
                     "; echo next $?; cat " + (site.root("b.test") / "root/precious").string() + "; " +
                     command("--batch delete b.test") + "; echo gone $?; ls " + dir + "/journal"});
            const std::string when = dir + ", " + std::to_string(kib) + " KiB: " + done.all();
            const bool worked = done.out.find("status 0\n") != std::string::npos;
            failed += worked ? 0 : 1;
            EXPECT_THAT(done.out, HasSubstr(worked ? "next 1\n" : "next 0\n")) << when;
            EXPECT_THAT(done.out, HasSubstr("precious data\n")) << when;
            EXPECT_THAT(done.out, EndsWith("gone 0\n")) << when;
            EXPECT_THAT(done.all(), Not(HasSubstr("defect"))) << when;
            EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
        }
    }
    EXPECT_GT(failed, 1) << "the disk was never full";
}

}  // namespace
}  // namespace jailctl::test
