// The place a backup goes to, and the jail it is of, at their worst: inside a root, missing, read-only, full at any
// moment, used by two at once, a tree that changes under the reader.
#include <fcntl.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

class AtItsWorst : public BackedUpSite {
protected:
    std::string program() const { return (stage() / "bin/jailctl").string() + " --config " + site.config().string(); }
    /// A shell in a mount namespace of its own: what it mounts is gone with it.
    static Result apart(const std::string& script) { return run_command({"unshare", "-m", "sh", "-c", script}); }
    void noise(const std::string& file, int megabytes) {
        ASSERT_EQ(run_command({"dd", "if=/dev/urandom", "of=" + (site.root("a.test") / file).string(), "bs=1M",
                               "count=" + std::to_string(megabytes), "status=none"}).status, 0);
    }
    /// A mount point filled but for some pages, a backup, what it said and left, and whether all it left is good.
    Result backup_with_room(const fs::path& full, int kib) {
        const std::string dir = full.string(), copy = (site.path() / "copy").string();
        return apart("rm -rf " + copy + "; cp -a " + dir + " " + copy + "; mount -t tmpfs -o size=512k,mode=700 none " +
                     dir + " && cp -a " + copy + "/. " + dir + "; dd if=/dev/zero of=" + dir +
                     "/filler bs=4k status=none 2>/dev/null; " + "truncate -s -" + std::to_string(kib) + "K " + dir +
                     "/filler; " + program() + " backup a.test; echo status $?; " + "rm " + dir + "/filler; for f in " +
                     site.backups().string() + "/*.tar.gz; do [ ! -e \"$f\" ] || " + program() +
                     " verify $f || echo bad $f; done; " + program() + " backup a.test; echo next $?; ls -A " + dir);
    }
};

TEST_F(AtItsWorst, APlaceInTheJailsOwnRootIsRefused) {
    const auto inside = site.root("a.test") / "var/backups";
    fs::create_directories(inside);
    const Result given = backup({inside.string()});
    EXPECT_EQ(given.status, 1) << given.all();
    EXPECT_THAT(given.err, HasSubstr("lies in the root of jail a.test"));
    std::string text = slurp(site.config());
    const std::string before = "BACKUPDIR=" + site.backups().string();
    spit(site.config(), text.replace(text.find(before), before.size(), "BACKUPDIR=" + (inside / "new").string()), 0600);
    const Result configured = site.jailctl({"backup", "a.test"});
    EXPECT_EQ(configured.status, 2) << configured.all();
    EXPECT_THAT(configured.err,
                HasSubstr("the root of a.test, " + site.root("a.test").string() + ", contains BACKUPDIR"));
    EXPECT_TRUE(fs::is_empty(inside)) << "nothing is made in a root";
}

TEST_F(AtItsWorst, AMissingPlaceIsMadeForRootAloneAndAReadOnlyOneIsNamed) {
    fs::remove_all(site.backups());
    const Result made = backup({"--quiet"});
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_EQ(made.err, "warning: BACKUPDIR " + site.backups().string() + " was not there and is made\n");
    EXPECT_EQ(fs::status(site.backups()).permissions(), fs::perms::owner_all);
    const Result slip = site.jailctl({"backups", (site.path() / "bakcups/").string()});
    EXPECT_EQ(slip.status, 1) << slip.all();
    EXPECT_THAT(slip.err, HasSubstr("there is no directory " + (site.path() / "bakcups").string() + "\n"));
    const Result refused = apart("mount --bind " + site.backups().string() + " " + site.backups().string() +
                                 " && mount -o remount,bind,ro " + site.backups().string() + " && " + program() +
                                 " backup a.test; echo status $?");
    EXPECT_THAT(refused.out, ::testing::EndsWith("status 1\n")) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("Read-only file system"));
    EXPECT_THAT(site.leftovers(), IsEmpty());
    EXPECT_EQ(archives(site.backups()).size(), 1U);
}

TEST_F(AtItsWorst, ADiskThatFillsUpWhileTheArchiveIsWrittenLeavesNothing) {
    noise("root/noise", 6);  // its estimate is half of that: the check of the space passes
    const std::string dir = site.backups().string();
    for (const int kib : {4200, 5000, 5900}) {
        const Result full = apart("mount -t tmpfs -o size=" + std::to_string(kib) + "k,mode=700 none " + dir + " && " +
                                  program() + " backup a.test; echo status $?; ls -A " + dir);
        EXPECT_THAT(full.out, ::testing::EndsWith("status 1\n")) << kib << " KiB: " << full.all();
        EXPECT_THAT(full.err, HasSubstr("No space left on device")) << kib;
        EXPECT_THAT(site.leftovers(), IsEmpty());
    }
}

TEST_F(AtItsWorst, StateThatIsFullAtAnyMomentCostsNothing) {
    // Journal, record, lock and log each need a page or more: with every number of them one fails that worked before.
    ASSERT_EQ(backup().status, 0);
    int failed = 0;
    for (const auto& full : {site.state(), site.run_dir()}) {
        for (const int kib : {0, 4, 8, 12, 16, 24}) {
            const Result done = backup_with_room(full, kib);
            const std::string when = full.string() + ", " + std::to_string(kib) + " KiB: " + done.all();
            EXPECT_THAT(done.out, ::testing::AnyOf(HasSubstr("status 0\n"), HasSubstr("status 1\n"))) << when;
            if (done.out.find("status 1\n") != std::string::npos) {
                ++failed;
                EXPECT_THAT(done.err, HasSubstr("No space left on device")) << when;
            }
            EXPECT_THAT(done.out, Not(HasSubstr("bad "))) << when;
            EXPECT_THAT(done.out, HasSubstr("next 0\n")) << when;
            EXPECT_THAT(done.all(), Not(HasSubstr("defect"))) << when;
            EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
            for (const auto& archive : archives(site.backups())) fs::remove(archive);
        }
    }
    EXPECT_GT(failed, 1) << "the disk was never full";
}

TEST_F(AtItsWorst, OfTwoAtOnceTheSecondIsToldOrWaits) {
    noise("root/noise", 24);
    Result first, second;
    std::thread one([&] { first = backup({"--wait", "60"}); }), two([&] { second = backup({"--wait", "60"}); });
    one.join();
    two.join();
    EXPECT_EQ(first.status, 0) << first.all();
    EXPECT_EQ(second.status, 0) << second.all();
    EXPECT_EQ(archives(site.backups()).size(), 2U);
    const auto lock = site.run_dir() / "locks/a.test.lock";
    const Result busy = run_command({"flock", lock.string(), (stage() / "bin/jailctl").string(), "--config",
                                     site.config().string(), "backup", "a.test"});
    EXPECT_EQ(busy.status, 1) << busy.all();
    EXPECT_THAT(busy.err, HasSubstr("a.test is busy"));
    EXPECT_EQ(archives(site.backups()).size(), 2U);
}

TEST_F(AtItsWorst, AFileThatGrowsOrVanishesDuringALivePassIsNamed) {
    noise("root/log", 32);
    site.configure({"a.test:192.0.2.1"}, "BACKUP_WARM=live");
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    Result done;
    {
        std::atomic<bool> over = false;
        std::thread writer([&] {
            const UniqueFd log(::open((site.root("a.test") / "root/log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
            while (!over && ::write(log.get(), "more\n", 5) == 5) {}
        });
        done = backup();
        over = true;
        writer.join();
    }
    EXPECT_EQ(done.status, 4) << done.all();
    EXPECT_THAT(done.err, HasSubstr("root/log"));
    EXPECT_THAT(done.out, HasSubstr("live, 1 left out or changed while read"));
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0) << "usable all the same";
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

TEST_F(AtItsWorst, NothingOutsideIsReadWhateverIsSwappedUnderTheWalker) {
    const auto outside = site.path() / "outside";
    const auto tree = site.root("a.test") / "root/restless";
    fs::create_directories(outside / "inner");
    fs::create_directories(tree / "dir/inner");
    for (const auto& file : {outside / "file", outside / "inner/file"}) spit(file, "THE SECRET OF THE HOST", 0644);
    for (const auto& file : {tree / "file", tree / "dir/file", tree / "dir/inner/file"}) spit(file, "harmless", 0644);
    fs::create_symlink(outside, tree / "to-dir");
    fs::create_symlink(outside / "file", tree / "to-file");
    ASSERT_EQ(::mkfifo((tree / "fifo").c_str(), 0644), 0);
    const pid_t swapper = ::fork();
    if (swapper == 0) {
        const auto exchange = [&](const char* a, const char* b) {
            ::renameat2(AT_FDCWD, (tree / a).c_str(), AT_FDCWD, (tree / b).c_str(), RENAME_EXCHANGE);
        };
        for (;;) {
            exchange("dir", "to-dir");
            exchange("file", "to-file");
            exchange("file", "fifo");
        }
    }
    for (int i = 0; i < 12; ++i) {
        const auto file = site.path() / ("restless-" + std::to_string(i) + ".tar");
        const Result done = backup({file.string()});
        EXPECT_TRUE(done.status == 0 || done.status == 4) << done.all();
        EXPECT_THAT(slurp(file), Not(HasSubstr("THE SECRET OF THE HOST")));
        fs::remove(file);
    }
    ::kill(swapper, SIGKILL);
    ::waitpid(swapper, nullptr, 0);
}

}  // namespace
}  // namespace jailctl::test
