#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include "restic_site.hpp"

/// A repository that cannot be used is no damaged backup; whoever is killed leaves nothing that stops the next one.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// While one lives, processes whose parents end are ours: a restic that takes its time to end holds its lock by right,
/// and one nobody waits for looks alive to the next.
class Orphans {
public:
    Orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    Orphans(const Orphans&) = delete;
    Orphans& operator=(const Orphans&) = delete;
    ~Orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
    /// Waits until none is left. @return false: not within a minute
    [[nodiscard]] bool end() const {
        for (int i = 0; i < 6000; ++i) {
            const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
            if (ended < 0) return true;
            if (ended == 0) ::usleep(10'000);
        }
        return false;
    }
};

class ResticFaults : public ResticSite {
protected:
    Program restic(std::vector<std::string> arguments) const {
        Program program;
        program.path = find_program("restic");
        program.arguments = std::move(arguments);
        program.environment = {"RESTIC_REPOSITORY=" + repository().string(), "HOME=/root",
                               "RESTIC_PASSWORD_FILE=" + (site_->path() / "password").string(),
                               "RESTIC_CACHE_DIR=" + (site_->path() / "other-cache").string()};
        return program;
    }
    /// A backup of the site that takes its time: jailctl itself, to be killed.
    ChildProcess slow_backup() const {
        const auto made = run_command(
            {"dd", "if=/dev/urandom", "of=" + (site_->root("a.test") / "big").string(), "bs=1M", "count=400"});
        EXPECT_EQ(made.status, 0) << made.err;
        Program program;
        program.path = (stage() / "bin/jailctl").string();
        program.arguments = {"--config", site_->config().string(), "backup", "a.test"};
        return spawn(program, STDERR_FILENO);
    }
    /// A restic that is interrupted while it makes its lock leaves it: the next one that minds it removes it.
    void expect_the_next_works() {
        EXPECT_TRUE(site_->json({"backups", "a.test"})["backups"].items().empty());
        fs::remove(site_->root("a.test") / "big");
        configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=1\n");
        for (int i = 0; i < 2; ++i) {
            const auto next = site_->jailctl({"backup", "a.test"});
            EXPECT_EQ(next.status, 0) << next.all();
        }
        EXPECT_EQ(locks(), 0U);
        EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 0);
    }
    void alter_packs(const std::function<void(const fs::path& pack)>& alter) const {
        for (const auto& entry : fs::recursive_directory_iterator(repository() / "data"))
            if (entry.is_regular_file()) alter(entry.path());
    }
    /// What `backups` says against the one there is; empty: nothing.
    std::string problem() const {
        return site_->json({"backups", "a.test"})["backups"].items().front()["problem"].str();
    }
    void expect_code(const std::string& code) const {
        const Value told = site_->json({"verify", "a.test"});
        EXPECT_FALSE(told["ok"].truth(true));
        ASSERT_FALSE(told["errors"].items().empty());
        EXPECT_EQ(told["errors"].items().front()["code"].str(), code) << to_json(told);
    }
};

TEST_F(ResticFaults, AWrongPasswordIsNoDamage) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    spit(site_->path() / "password", "another\n", 0600);
    expect_code("denied");
    const auto told = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(told.status, 1);
    EXPECT_THAT(told.err, HasSubstr("look at RESTIC_PASSWORD_FILE"));
}

TEST_F(ResticFaults, ARepositoryThatIsNotThereIsNoDamage) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    fs::rename(repository(), site_->path() / "elsewhere");
    expect_code("not_found");
}

/// A disk that is not mounted: neither "no backups" nor the place for a new repository, whose
/// key nobody has written down.
TEST_F(ResticFaults, ARepositoryThatIsAwayIsNotMadeAnew) {
    const fs::path disk = site_->path() / "disk", away = site_->path() / "away";
    fs::create_directory(disk);
    const std::string settings = "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=" + (disk / "repository/").string() +
                                 "\nRESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() +
                                 "\nBACKUP_KEEP=last=1\n";
    site_->configure({"a.test:192.0.2.1"}, settings);
    EXPECT_EQ(site_->jailctl({"backups"}).out, "no backups\n") << "it is the first";
    make_quick_repository(disk / "repository");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);

    fs::rename(disk, away);
    fs::create_directory(disk);
    const std::vector<std::vector<std::string>> commands{{"backup", "a.test"},
                                                         {"--dry-run", "backup", "a.test"},
                                                         {"backups"},
                                                         {"expire", "a.test"},
                                                         {"verify", "a.test"}};
    for (const auto& command : commands) {
        const auto told = site_->jailctl(command);
        EXPECT_EQ(told.status, 1) << told.all();
        EXPECT_THAT(told.err, HasSubstr("there is no restic repository at " + (disk / "repository").string() +
                                        ", where this host has kept backups"));
        EXPECT_THAT(told.err, HasSubstr("hint: mount the disk it is on"));
        EXPECT_TRUE(fs::is_empty(disk)) << told.all();
    }

    fs::remove(disk);
    fs::rename(away, disk);
    EXPECT_EQ(site_->json({"backups", "a.test"})["backups"].items().size(), 1U);
    EXPECT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
}

TEST_F(ResticFaults, NoDirectoryIsMadeForAFirstRepository) {
    const fs::path nowhere = site_->path() / "not/mounted";
    site_->configure({"a.test:192.0.2.1"},
                     "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=" + (nowhere / "repository").string() +
                         "\nRESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() + "\n");
    for (const auto& command : {std::vector<std::string>{"backups"}, {"backup", "a.test"}}) {
        const auto told = site_->jailctl(command);
        EXPECT_EQ(told.status, 1) << told.all();
        EXPECT_THAT(told.err, HasSubstr(", nor the directory " + nowhere.string() + " to make one in"));
    }
    EXPECT_FALSE(fs::exists(nowhere.parent_path()));
}

/// What keeps restic from looking says nothing of what is there.
TEST_F(ResticFaults, ARepositoryThatCannotBeReachedIsNotAnEmptyOne) {
    site_->configure({"a.test:192.0.2.1"}, "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=rest:http://127.0.0.1:9/x\n"
                                           "RESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() + "\n");
    const auto told = site_->jailctl({"backups"});
    EXPECT_EQ(told.status, 1) << told.all();
    EXPECT_THAT(told.err, HasSubstr("restic snapshots: unable to open config file"));
}

TEST_F(ResticFaults, WhatCannotBeReadAsItWasStoredIsDamage) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    alter_packs([](const fs::path& pack) { spit(pack, std::string(fs::file_size(pack), 'x')); });
    expect_code("damaged");
    EXPECT_THAT(problem(), HasSubstr("it was found damaged"));
    configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const auto told = site_->jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(told.status, 1) << told.all();
    EXPECT_THAT(told.err,
                HasSubstr("there is no good backup of jail a.test\nhint: 'jailctl backups' names what is wrong"));
}

/// `restic dump` ends at a directory that cannot be read, and calls that success.
TEST_F(ResticFaults, ADirectoryThatCannotBeReadIsDamageToo) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    int packs = 0;
    alter_packs([&](const fs::path& pack) {
        const std::string good = slurp(pack);
        std::string bad = good;
        bad[40] = static_cast<char>(bad[40] ^ 1);  // in the first piece: of directories the innermost
        spit(pack, bad);
        expect_code("damaged");
        spit(pack, good);
        ++packs;
    });
    EXPECT_GE(packs, 2) << "files and directories stand apart";
    EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 0);
    EXPECT_EQ(problem(), "") << "what was found once is not true for ever";
}

/// restic lists the others and calls that success.
TEST_F(ResticFaults, ASnapshotThatCannotBeReadIsNamed) {
    configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    make_tree("b.test");
    for (const char* jail : {"a.test", "b.test"}) ASSERT_EQ(site_->jailctl({"backup", jail}).status, 0);
    const std::string whose = site_->json({"backups", "a.test"})["backups"].items().front()["id"].str();
    const std::string digits = whose.substr(whose.find('/') + 1, 8);
    for (const auto& entry : fs::directory_iterator(repository() / "snapshots")) {
        if (!entry.path().filename().string().starts_with(digits)) continue;
        std::string text = slurp(entry.path());
        text[20] = static_cast<char>(text[20] ^ 1);
        spit(entry.path(), text);
    }
    fs::remove_all(site_->path() / "state/restic-cache");
    for (const auto& command : {std::vector<std::string>{"backups"}, {"backups", "a.test"}}) {
        const auto listed = site_->jailctl(command);
        EXPECT_EQ(listed.status, 4) << listed.all();
        EXPECT_THAT(listed.err, HasSubstr("snapshot/" + digits));
        EXPECT_THAT(listed.err, HasSubstr("cannot be read, so it is not listed"));
    }
    EXPECT_THAT(site_->jailctl({"verify", "a.test"}).err, HasSubstr("snapshot/" + digits));
    const auto other = site_->jailctl({"backups", "b.test"});
    EXPECT_EQ(other.status, 0) << other.all();
}

/// Of a pack restic needs no more than its pieces: the end of it is a list of them for `rebuild-index`.
TEST_F(ResticFaults, ABackupThatReadsWellIsNotDamagedByWhatTheRepositoryLacks) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    alter_packs([](const fs::path& pack) { fs::resize_file(pack, fs::file_size(pack) - 7); });
    expect_code("io");
    EXPECT_THAT(site_->jailctl({"verify", "a.test"}).err,
                HasSubstr("reads well, but not all of the repository does: pack "));
    EXPECT_EQ(problem(), "");
}

/// It looked at nothing any more.
TEST_F(ResticFaults, ADoctorThatIsInterruptedCallsNobodyHealthy) {
    const fs::path asked = site_->path() / "asked", hangs = site_->path() / "hangs";
    spit(hangs, "#!/bin/sh\n: >" + asked.string() + "\nexec sleep 300\n", 0700);
    configure({"a.test:192.0.2.1"}, "RESTIC_REPOSITORY=sftp:nobody@host.test:/r\nRESTIC_OPTIONS=\"sftp.command='" +
                                        hangs.string() + "'\"\n");
    const auto doctor = run_command({"sh", "-c",
                                     "\"$@\" & until [ -e " + asked.string() +
                                         " ]; do sleep 0.05; done; kill -TERM $!; wait $!",
                                     "sh", (stage() / "bin/jailctl").string(), "--config", site_->config().string(),
                                     "doctor"});
    EXPECT_THAT(doctor.err, HasSubstr("jailctl: interrupted by signal 15"));
    EXPECT_THAT(doctor.out, Not(HasSubstr("healthy"))) << doctor.all();
}

/// restic would try for minutes, or wait for ever.
TEST_F(ResticFaults, ARepositoryInWhichResticWouldWaitIsRefusedAtOnce) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const fs::path data = repository() / "data", away = site_->path() / "away";
    fs::rename(data, away);
    EXPECT_THAT(site_->jailctl({"verify", "a.test"}).err, HasSubstr(" data is no directory"));
    fs::rename(away, data);
    std::vector<fs::path> packs;
    alter_packs([&](const fs::path& pack) { packs.push_back(pack); });
    ASSERT_FALSE(packs.empty());
    for (const auto& pack : packs) {
        fs::rename(pack, pack.string() + "-away");
        ASSERT_EQ(::mkfifo(pack.c_str(), 0600), 0);
    }
    for (const auto& words : {std::vector<std::string>{"verify", "a.test"},
                              {"extract", "a.test", "etc", "--to", site_->path().string()},
                              {"backups", "a.test", "--contents"}}) {
        const auto refused = site_->jailctl(words);
        EXPECT_EQ(refused.status, 1) << words.front();
        EXPECT_THAT(refused.err, HasSubstr(" is no file\n")) << words.front();
    }
    EXPECT_EQ(problem(), "") << "nothing says that the backup is damaged";
    for (const auto& pack : packs) fs::rename(pack.string() + "-away", pack);
    EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 0);
}

/// A sync or a mount that is not complete: once it is, the backup is as good as it was.
TEST_F(ResticFaults, AnIndexThatIsAwayIsNoDamage) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const fs::path index = repository() / "index", away = site_->path() / "away";
    fs::rename(index, away);
    expect_code("io");
    EXPECT_EQ(problem(), "");
    fs::rename(away, index);
    EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 0);
}

TEST_F(ResticFaults, ABackupBesideAnIndexThatIsAwayIsWhole) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    fs::rename(repository() / "index", site_->path() / "away");
    const auto told = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(told.status, 0) << told.all();
    EXPECT_THAT(told.err, HasSubstr("cannot be read in the repository, so all is stored anew"));
}

TEST_F(ResticFaults, AnEmptyConfigIsToldInASentence) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    spit(repository() / "config", "", 0600);
    const auto told = site_->jailctl({"backups"});
    EXPECT_EQ(told.status, 1) << told.all();
    EXPECT_THAT(told.err, HasSubstr("restic snapshots: the file config of the restic repository at " +
                                    repository().string() + " is empty"));
}

TEST_F(ResticFaults, ARepositoryIsKnownByEveryPathThatLeadsToIt) {
    const fs::path disk = site_->path() / "disk", link = site_->path() / "link";
    const auto by = [&](const fs::path& way) {
        site_->configure({"a.test:192.0.2.1"},
                         "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=" + (way / "repository").string() +
                             "\nRESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() + "\n");
    };
    fs::create_directory(disk);
    fs::create_directory_symlink(disk, link);
    make_quick_repository(disk / "repository");
    by(disk);
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    fs::remove_all(disk / "repository");
    by(link);
    const auto told = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(told.status, 1) << told.all();
    EXPECT_THAT(told.err, HasSubstr("where this host has kept backups"));
    EXPECT_TRUE(fs::is_empty(disk));
}

TEST_F(ResticFaults, WhatIsMountedReadOnlyIsReadAndNothingIsSaidOfItThatIsNotSo) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const std::string place = repository().string();
    ASSERT_EQ(::mount(place.c_str(), place.c_str(), nullptr, MS_BIND, nullptr), 0);
    const Lease unmount([&] { ::umount2(place.c_str(), MNT_DETACH); });
    ASSERT_EQ(::mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
    const auto verified = site_->jailctl({"verify", "a.test"});
    EXPECT_EQ(verified.status, 0) << verified.all();
    EXPECT_EQ(problem(), "");
    const auto refused = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err,
                HasSubstr("the restic repository at " + place + " is on a file system that is mounted read-only"));
    configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const auto restored = site_->jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_EQ(slurp(site_->root("b.test") / "etc/motd"), "kept by restic\n");
}

TEST_F(ResticFaults, ALivingLockIsRespectedAndADeadOneIsNot) {
    for (int i = 0; i < 2; ++i) ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=1\n");
    const Pipe never = make_pipe();
    Program other = restic({"backup", "--stdin"});
    other.stdin_fd = never.read.get();
    ChildProcess holder = spawn(other, STDERR_FILENO);
    ASSERT_TRUE(locks_become(1));
    const auto refused = site_->jailctl({"expire", "a.test"});
    EXPECT_EQ(refused.status, 1) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("already locked"));
    EXPECT_THAT(refused.err, HasSubstr("try again once the other command has ended"));
    EXPECT_EQ(locks(), 1U) << "it stays";
    holder.kill(SIGKILL);
    (void)holder.wait();
    const auto done = site_->jailctl({"expire", "a.test"});
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_EQ(locks(), 0U);
    EXPECT_EQ(site_->json({"backups", "a.test"})["backups"].items().size(), 1U);
}

TEST_F(ResticFaults, JailsAreStoredAtOnceAndExpiredWithoutGettingInTheWay) {
    const std::vector<std::string> jails{"a.test:192.0.2.1", "b.test:192.0.2.2"};
    configure(jails, "BACKUP_KEEP=last=1\n");
    make_tree("b.test");
    for (int i = 0; i < 3; ++i) {
        const auto stored = site_->jailctl({"backup", "all", "--jobs", "2"});
        EXPECT_EQ(stored.status, 0) << stored.all();
    }
    for (const char* jail : {"a.test", "b.test"})
        EXPECT_EQ(site_->json({"backups", jail})["backups"].items().size(), 1U);
    EXPECT_EQ(site_->jailctl({"verify", "all"}).status, 0);
}

TEST_F(ResticFaults, AKilledJailctlLeavesNoLockForever) {
    const Orphans orphans;
    ChildProcess killed = slow_backup();
    ASSERT_TRUE(locks_become(1));
    killed.kill(SIGKILL);
    (void)killed.wait();
    ASSERT_TRUE(orphans.end()) << "its restic hears of it";
    expect_the_next_works();
}

TEST_F(ResticFaults, AnInterruptedBackupEndsByTheSignalAndLeavesNothing) {
    ChildProcess interrupted = slow_backup();
    ASSERT_TRUE(locks_become(1));
    interrupted.kill(SIGINT);
    EXPECT_EQ(interrupted.wait().signal, SIGINT);
    expect_the_next_works();
    EXPECT_TRUE(site_->leftovers().empty());
}

TEST_F(ResticFaults, AFifoInPlaceOfAFileStopsNobody) {
    const fs::path swapped = site_->root("a.test") / "swapped";
    for (int i = 0; i < 2000; ++i) spit(site_->root("a.test") / ("file" + std::to_string(i)), std::to_string(i));
    const std::jthread swapper([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            ::unlink(swapped.c_str());
            ::mkfifo(swapped.c_str(), 0600);
            ::usleep(200);
            ::unlink(swapped.c_str());
            spit(swapped, "a file again");
        }
    });
    for (int i = 0; i < 5; ++i) {
        const auto stored = site_->jailctl({"backup", "a.test"}, {.limit = std::chrono::seconds(60)});
        EXPECT_TRUE(stored.status == 0 || stored.status == 4) << stored.status << stored.all();
    }
}

}  // namespace
}  // namespace jailctl::test
