// Warm backups of a root without snapshots: read while the jail runs, then what changed while it stands still.
#include <fcntl.h>

#include "jailctl/sdk/scoped.hpp"
#include "writing_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FrozenSite : public WritingSite {
protected:
    void SetUp() override {
        WritingSite::SetUp();
        configure();
        // Far from each other in the walk, and something between.
        for (int i = 0; i < 60; ++i)
            spit(site.root("a.test") / ("filler" + std::to_string(i)), std::string(200'000, 'f'));
    }
    void TearDown() override {
        site.jailctl({"stop", "a.test"});
        WritingSite::TearDown();
    }
    void start() { ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0); }
    std::string command(const std::string& words) {
        return (stage() / "bin/jailctl").string() + " --config " + site.config().string() + " " + words;
    }
    static Result shell(const std::string& text) { return run_command({"sh", "-c", text}); }
    /// A file that takes long to read, for it has no holes, and that the jail changes without end.
    void make_slow() {
        const UniqueFd slow(::open((site.root("a.test") / "slow").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
        ASSERT_EQ(::posix_fallocate(slow.get(), 0, off_t{3} << 30), 0);
        spit(site.root("a.test") / "count",
             "#!/bin/sh\nn=0\nwhile :; do n=$((n+1)); echo $n >/first; echo $n >/second; "
             "echo x | /bin/busybox dd of=/slow bs=1 conv=notrunc 2>/dev/null; done\n",
             0755);
    }
};

TEST_F(FrozenSite, AWarmBackupIsOfOneInstant) {
    start();
    ASSERT_TRUE(writes());
    for (int i = 0; i < 5; ++i) {
        const Result done = backup();
        ASSERT_EQ(done.status, 0) << done.all();
        EXPECT_THAT(done.out, HasSubstr("frozen, verified"));
        // The writer is between two writes at most: the second file holds what the first does, or the number before;
        // the one it writes may be empty.
        const long first = counted("first"), second = counted("second");
        EXPECT_TRUE(second == first || second == first - 1 || second == 0 || first == 0) << first << ", " << second;
        EXPECT_EQ(state(), "running");
        EXPECT_TRUE(writes());
    }
    EXPECT_EQ(site.json({"backups", "a.test"})["backups"].items().at(0)["grade"].str(), "frozen");
    EXPECT_THAT(site.jailctl({"backups", "a.test"}).out, HasSubstr("frozen"));
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
}

TEST_F(FrozenSite, WhatTheJailMakesReadyBetweenThePassesIsWhatComesBack) {
    spit(site.root("a.test") / "count",
         "#!/bin/sh\nn=0\nwhile :; do\nn=$((n+1)); echo $n >/first; echo $n >/second\n"
         "while [ -e /hold ]; do : >/held; /bin/busybox usleep 1000; done\ndone\n",
         0755);
    spit(site.root("a.test") / "ready",
         "#!/bin/sh\n: >/hold\nwhile [ ! -e /held ]; do /bin/busybox usleep 1000; done\n", 0755);
    configure("BACKUP_QUIESCE=/ready\nBACKUP_RESUME=\"/bin/busybox rm /hold /held\"\n");
    start();
    const Result done = backup();
    ASSERT_EQ(done.status, 0) << done.all();
    EXPECT_TRUE(writes());
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test") / "hold"));
    const Result restored = site.jailctl({"restore", "a.test", "--as", "b.test"});
    ASSERT_EQ(restored.status, 0) << restored.all();
    EXPECT_NE(slurp(site.root("b.test") / "first"), "");
    EXPECT_EQ(slurp(site.root("b.test") / "first"), slurp(site.root("b.test") / "second"));
    EXPECT_TRUE(std::filesystem::exists(site.root("b.test") / "held")) << "made while it was made ready";
    ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
}

TEST_F(FrozenSite, StandardOutputGetsTheSameAndNothingIsLeft) {
    start();
    const Result listed = shell(command("backup a.test - 2>/dev/null") + " | tar -tzf -");
    EXPECT_EQ(listed.status, 0);
    EXPECT_THAT(listed.out, AllOf(HasSubstr("./first\n"), HasSubstr("./filler59\n")));
    EXPECT_TRUE(std::filesystem::is_empty(site.backups()));
}

TEST_F(FrozenSite, WithoutRoomForTheTemporaryFilesNothingIsBegun) {
    start();
    const Result full = run_command({"unshare", "-m", "sh", "-c",
                                     "mount -t tmpfs -o size=2m,mode=700 none " + site.backups().string() + " && " +
                                         command("backup a.test -") + " | wc -c"});
    EXPECT_EQ(full.out, "0\n");
    EXPECT_THAT(full.err, AllOf(HasSubstr("the temporary files of a backup in two passes need about "),
                                HasSubstr("BACKUP_WARM=live")));
    EXPECT_EQ(state(), "running");
}

TEST_F(FrozenSite, ADiskThatFillsUpInEitherPassOrBehindThemLeavesNothing) {
    // Noise: what the estimate takes for half of it stays as large as it is.
    ASSERT_EQ(run_command({"dd", "if=/dev/urandom", "of=" + (site.root("a.test") / "noise").string(), "bs=1M",
                           "count=24", "status=none"})
                  .status,
              0);
    start();
    int failed = 0;
    for (const int kib : {20'500, 22'000, 24'700, 25'200, 60'000}) {
        const std::string dir = site.backups().string();
        const Result done = run_command({"unshare", "-m", "sh", "-c",
                                         "mount -t tmpfs -o size=" + std::to_string(kib) + "k,mode=700 none " + dir +
                                             " && " + command("backup a.test") + "; echo status $?; ls -A " + dir});
        const std::string when = std::to_string(kib) + " KiB: " + done.all();
        if (done.out.find("status 0\n") == std::string::npos) {
            ++failed;
            EXPECT_THAT(done.out, ::testing::EndsWith("status 1\n")) << when;
            EXPECT_THAT(done.err, HasSubstr("No space left on device")) << when;
        } else {
            EXPECT_GT(kib, 24'600) << when;
        }
        EXPECT_EQ(state(), "running") << when;
        EXPECT_TRUE(writes()) << when;
        EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
    }
    EXPECT_GE(failed, 2);
    EXPECT_LT(failed, 5) << "with room it works";
}

TEST_F(FrozenSite, AJailFrozenByHandStaysFrozen) {
    start();
    ASSERT_EQ(site.jailctl({"freeze", "a.test"}).status, 0);
    EXPECT_THAT(backup().out, HasSubstr("frozen, verified"));
    EXPECT_EQ(state(), "frozen");
    EXPECT_EQ(site.jailctl({"thaw", "a.test"}).status, 0);
}

TEST_F(FrozenSite, WhatChangesFasterThanItIsReadGivesALiveBackupOrNone) {
    make_slow();
    configure("BACKUP_FREEZE_LIMIT=1s\n");
    start();
    ASSERT_TRUE(writes());
    const Result live = backup();
    EXPECT_EQ(live.status, 4) << live.all();
    EXPECT_THAT(live.out, HasSubstr("live, "));
    EXPECT_THAT(live.err, HasSubstr("the jail ran again after 1 s (BACKUP_FREEZE_LIMIT)"));
    EXPECT_THAT(live.err, HasSubstr("slow"));
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    EXPECT_TRUE(writes());
    configure("BACKUP_FREEZE_LIMIT=1s\nBACKUP_WARM=frozen\n");
    const Result refused = backup();
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("BACKUP_WARM=frozen"), HasSubstr("raise BACKUP_FREEZE_LIMIT")));
    EXPECT_THAT(archives(site.backups()), SizeIs(1));
    EXPECT_TRUE(writes());
}

TEST_F(FrozenSite, KilledWhileTheJailStandsStillItGoesOn) {
    make_slow();
    start();
    ASSERT_TRUE(writes());
    const Result killed =
        shell(command("backup a.test") + " >/dev/null 2>&1 & pid=$!; n=0; until " + command("status a.test") +
              " | grep -q '^~'; do n=$((n+1)); [ $n -lt 2000 ] || exit 9; done; kill -9 $pid; wait $pid; exit $?");
    ASSERT_EQ(killed.status, 128 + SIGKILL) << "it must be killed while the jail is frozen";
    EXPECT_TRUE(writes());
    EXPECT_EQ(state(), "running");
    EXPECT_THAT(archives(site.backups()), IsEmpty());
}

TEST_F(FrozenSite, KilledAtAnyTimeTheJailGoesOnAndNothingIsPublished) {
    start();
    bool ended = false;
    for (int i = 1; i < 40 && !ended; ++i) {
        const std::string after = std::to_string(0.01 * i);
        const Result killed = shell("timeout -s KILL " + after + " " + command("backup a.test"));
        ended = killed.status == 0;
        ASSERT_TRUE(writes()) << "after a kill at " << after << " s";
        ASSERT_EQ(state(), "running") << "after a kill at " << after << " s";
        for (const auto& archive : archives(site.backups()))
            ASSERT_EQ(site.jailctl({"verify", archive.string()}).status, 0);
    }
    ASSERT_EQ(backup().status, 0);
    EXPECT_THAT(site.leftovers(), IsEmpty());
}

TEST_F(FrozenSite, KilledAtEveryStepTheNextBackupCleansUp) {
    start();
    int n = 1;
    for (; n < 60 && killed_at(n, site, {"backup", "a.test"}); ++n) {
        ASSERT_EQ(state(), "running") << "after a kill at point " << n;
        if (n % 4 != 0) continue;
        const Result next = backup();
        ASSERT_EQ(next.status, 0) << "after a kill at point " << n << ": " << next.all();
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 5) << "the sweep must have met the points";
    EXPECT_LT(n, 60);
}

}  // namespace
}  // namespace jailctl::test
