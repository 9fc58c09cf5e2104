// A root in which a jail of another configuration runs, or which that one would start while it is backed up.
#include <csignal>
#include <optional>
#include <sys/wait.h>

#include "jailctl/sdk/scoped.hpp"
#include "writing_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class OccupiedSite : public WritingSite {
protected:
    void SetUp() override {
        WritingSite::SetUp();
        if (!IsSkipped()) other.emplace(site);
    }
    void TearDown() override {
        if (other) (void)other->jailctl({"stop", "a.test"});
        WritingSite::TearDown();
    }
    void start_by_other() {
        ASSERT_EQ(other->jailctl({"start", "a.test"}).status, 0);
        ASSERT_TRUE(writes());
    }
    [[nodiscard]] std::string who() const {
        return "jail a.test of " + other->config().string() + " runs from " + site.root("a.test").string();
    }

    std::optional<OtherSite> other;
};

TEST_F(OccupiedSite, IsBackedUpAsALivingOne) {
    start_by_other();
    const Result done = backup();
    EXPECT_EQ(done.status, 4) << done.all();
    EXPECT_THAT(done.all(), AllOf(HasSubstr("Doing warm backup of jail a.test..."), HasSubstr(" MB, live, "),
                                  Not(HasSubstr("cold"))));
    EXPECT_THAT(done.err, HasSubstr(who() + ": it was read as it ran, and not frozen"));
    EXPECT_EQ(site.json({"backups", "a.test"})["backups"].items().at(0)["grade"].str(), "live");
    configure("BACKUP_WARM=live\nBACKUP_QUIESCE=/ready\n");
    EXPECT_THAT(backup().err, HasSubstr(who() + ": it was read as it ran, without BACKUP_QUIESCE"));
    ASSERT_EQ(other->jailctl({"stop", "a.test"}).status, 0);
    configure();
    EXPECT_THAT(backup().out, HasSubstr(" MB, cold, verified"));
}

TEST_F(OccupiedSite, IsNotBackedUpWhereMoreWasAskedFor) {
    start_by_other();
    const Result cold = backup({"--cold"});
    EXPECT_EQ(cold.status, 1);
    EXPECT_THAT(cold.err, AllOf(HasSubstr("--cold was asked for, and " + who()),
                                HasSubstr("hint: stop that one first: 'jailctl --config " + other->config().string() +
                                          " stop a.test'")));
    for (const std::string warm : {"frozen", "snapshot"}) {
        configure("BACKUP_WARM=" + warm + "\n");
        const Result refused = backup();
        EXPECT_EQ(refused.status, 1);
        EXPECT_THAT(refused.err, HasSubstr("BACKUP_WARM=" + warm + ", and " + who() +
                                           ": it cannot be made to stand still from here"));
    }
    EXPECT_THAT(archives(site.backups()), IsEmpty());
    EXPECT_TRUE(writes());
}

/// Whatever its processes made of their root: /proc shows none in the jail's.
TEST_F(OccupiedSite, IsNeitherDeletedNorUpgradedThoughItsProcessesChangedTheirRoot) {
    const auto below = site.root("a.test") / "below";
    std::filesystem::create_directories(below / "bin");
    std::filesystem::copy(site.root("a.test") / "bin/busybox", below / "bin/busybox");
    site.configure({"a.test:192.0.2.1"},
                   "START_COMMAND='/bin/busybox chroot /below /bin/busybox sleep 1000'\nSTOP_TIMEOUT=0\n");
    other.emplace(site);
    ASSERT_EQ(other->jailctl({"start", "a.test"}).status, 0);
    for (int i = 0; i < 6000 && other->jailctl({"exec", "a.test", "--", "ls", "/proc/1/root"}).out != "bin\n"; ++i)
        ::usleep(10000);
    for (const char* command : {"delete", "upgrade"}) {
        const Result refused = site.jailctl({"--batch", command, "a.test"});
        EXPECT_EQ(refused.status, 1) << command;
        EXPECT_THAT(refused.err, HasSubstr("jail a.test is in use: " + who()));
        EXPECT_THAT(refused.err, HasSubstr("hint: stop that one first: 'jailctl --config "));
    }
    EXPECT_TRUE(std::filesystem::exists(below / "bin/busybox"));
}

/// A backup that writes to a pipe which nobody reads from until it is told to.
class StuckBackup {
public:
    explicit StuckBackup(const Site& site) : output_(make_pipe()), pid_(::fork()) {
        if (pid_ != 0) {
            output_.write.reset();
            return;
        }
        ::dup2(output_.write.get(), STDOUT_FILENO);
        const std::string program = (stage() / "bin/jailctl").string();
        ::execl(program.c_str(), "jailctl", "--config", site.config().c_str(), "backup", "a.test", "-", nullptr);
        ::_exit(127);
    }
    StuckBackup(const StuckBackup&) = delete;
    StuckBackup& operator=(const StuckBackup&) = delete;
    ~StuckBackup() {
        if (pid_ > 0) (void)end();
    }
    /// The first byte of the archive is there, so the helper is in the root, and the pipe too small for all.
    void wait_until_it_reads() {
        char byte = 0;
        EXPECT_EQ(::read(output_.read.get(), &byte, 1), 1);
    }
    int end() {
        char bytes[65536];
        while (::read(output_.read.get(), bytes, sizeof bytes) > 0) {}
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    Pipe output_;
    pid_t pid_;
};

TEST_F(OccupiedSite, StaysColdWhileAColdBackupReadsIt) {
    ASSERT_EQ(run_command({"dd", "if=/dev/urandom", "of=" + (site.root("a.test") / "noise").string(), "bs=1M",
                           "count=8", "status=none"})
                  .status,
              0);
    StuckBackup reading(site);
    reading.wait_until_it_reads();
    for (const std::string command : {"start", "delete", "upgrade", "backup"}) {
        const Result refused = other->jailctl({"--batch", command, "a.test"});
        EXPECT_EQ(refused.status, 1) << command << refused.all();
        EXPECT_THAT(refused.err, HasSubstr(site.root("a.test").string() + " is worked on by process ")) << command;
        EXPECT_THAT(refused.err, HasSubstr("wait for it with --wait SECONDS")) << command;
    }
    EXPECT_EQ(reading.end(), 0);
    EXPECT_EQ(other->jailctl({"start", "a.test"}).status, 0);
}

}  // namespace
}  // namespace jailctl::test
