#include <sys/stat.h>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(BackedUpSite, AColdBackupSaysSoAndIsAFileOfRootAlone) {
    const Result done = backup();
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(done.out, StartsWith("Doing cold backup of jail a.test...\n"));
    EXPECT_THAT(done.out, HasSubstr("cold, verified"));
    const auto file = only_archive();
    EXPECT_THAT(file.filename().string(), ContainsRegex("^a\\.test-[0-9]{8}T[0-9]{6}Z\\.tar\\.gz$"));
    struct stat facts{};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0600U);
}

/// The caller's limits are none of ours.
TEST_F(BackedUpSite, TheLimitsOfTheCallerKeepNoBackupFromBeingMade) {
    for (const char* limit : {"--nofile=64:4096", "--nofile=64", "--stack=1073741824:"}) {
        const Result done = run_command({"prlimit", limit, (stage() / "bin/jailctl").string(), "--config",
                                         site.config().string(), "backup", "a.test"});
        EXPECT_EQ(done.status, 0) << limit << "\n" << done.all();
    }
    EXPECT_EQ(archives(site.backups()).size(), 3U);
}

TEST_F(BackedUpSite, AnyTarGivesTheJailBackWithoutAStrayFile) {
    ASSERT_EQ(backup().status, 0);
    for (const char* reader : {"tar", "bsdtar"}) {
        const auto out = site.path() / (std::string("out-") + reader);
        std::filesystem::create_directory(out);
        const Result read = run_command({reader, "-xpzf", only_archive().string(), "-C", out.string()});
        EXPECT_EQ(read.status, 0) << reader << ": " << read.all();
        EXPECT_EQ(read.err, "") << reader;
        const Result compared =
            run_command({"diff", "-r", "--no-dereference", site.root("a.test").string(), out.string()});
        EXPECT_EQ(compared.status, 0) << reader << ": " << compared.all();
    }
    EXPECT_EQ(run_command({"gzip", "-t", only_archive().string()}).all(), "");
}

TEST_F(BackedUpSite, ASecondOneOfTheSameSecondGetsANumber) {
    for (int i = 0; i < 3; ++i) ASSERT_EQ(backup().status, 0);
    EXPECT_EQ(archives(site.backups()).size(), 3U);
}

TEST_F(BackedUpSite, DirectoryFileAndStandardOutputAsPath) {
    const auto other = site.path() / "other";
    std::filesystem::create_directory(other);
    EXPECT_EQ(backup({other.string()}).status, 0);
    EXPECT_EQ(archives(other).size(), 1U);
    EXPECT_EQ(backup({(other / "named.tar").string()}).status, 0);
    EXPECT_EQ(run_command({"tar", "-tf", (other / "named.tar").string(), "./root/precious"}).out, "./root/precious\n");
    const Result again = backup({(other / "named.tar").string()});
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("exists already"));
    const Result piped = backup({"-"});
    EXPECT_EQ(piped.status, 0) << piped.err;
    EXPECT_THAT(piped.err, HasSubstr("Doing cold backup of jail a.test..."));
    EXPECT_EQ(piped.out.substr(0, 2), "\x1f\x8b");
    spit(site.path() / "piped.tar.gz", piped.out, 0600);
    EXPECT_EQ(site.jailctl({"verify", (site.path() / "piped.tar.gz").string()}).status, 0);
}

TEST_F(BackedUpSite, PathsItCannotTakeAreRefusedBeforeAnythingIsDone) {
    const Result ending = backup({(site.path() / "x.zip").string()});
    EXPECT_EQ(ending.status, 2);
    EXPECT_THAT(ending.err, HasSubstr("x.zip' is no directory, and no file name ending in .tar.gz, .tar.zst or .tar"));
    const Result missing = backup({"/nowhere/at/all/x.tar.gz"});
    EXPECT_EQ(missing.status, 1);
    EXPECT_THAT(missing.err, HasSubstr("cannot open /nowhere: No such file or directory"));
    EXPECT_THAT(missing.err, ::testing::Not(HasSubstr("defect")));
    EXPECT_THAT(archives(site.backups()), ::testing::IsEmpty());
}

TEST_F(BackedUpSite, AJailThatIsNotThereCannotBeBackedUp) {
    const Result absent = site.jailctl({"backup", "b.test"});
    EXPECT_EQ(absent.status, 1);
    EXPECT_THAT(absent.err, HasSubstr("b.test has not been created"));
    EXPECT_THAT(absent.err, HasSubstr("jailctl create b.test"));
}

TEST_F(BackedUpSite, ExcludesAreLeftOutAndTheirDirectoryIsKept) {
    site.configure({"a.test:192.0.2.1"},
                   "BACKUP_EXCLUDE=\"--exclude ./var/log/* --exclude ./root --exclude ./my\\\\\\\\x2ddata\"");
    spit(site.root("a.test") / "var/log/big", "log");
    for (const char* name : {"my\\x2ddata", "my-data"}) spit(site.root("a.test") / name, "data");
    ASSERT_EQ(backup().status, 0);
    const std::string listing = run_command({"tar", "-tzf", only_archive().string()}).out;
    EXPECT_THAT(listing, HasSubstr("./var/log/\n"));
    EXPECT_EQ(listing.find("./var/log/big"), std::string::npos);
    EXPECT_EQ(listing.find("./root/"), std::string::npos);
    EXPECT_EQ(listing.find("./my\\"), std::string::npos) << "a backslash before a backslash, as for a shell";
    EXPECT_THAT(listing, HasSubstr("./my-data\n"));
}

TEST_F(BackedUpSite, ARunningJailIsBackedUpWarm) {
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    const Result done = backup();
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(done.out, StartsWith("Doing warm backup of jail a.test...\n"));
    EXPECT_THAT(done.out, HasSubstr("frozen, verified"));
    const Result cold = backup({"--cold"});
    EXPECT_EQ(cold.status, 1);
    EXPECT_THAT(cold.err, HasSubstr("jail a.test is running, and --cold was asked for"));
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

TEST_F(BackedUpSite, WithoutSpaceNothingIsWritten) {
    const Result full = run_command({"unshare", "-m", "sh", "-c",
                                     "mount -t tmpfs -o size=100k,mode=700 none " + site.backups().string() + " && " +
                                         (stage() / "bin/jailctl").string() + " --config " + site.config().string() +
                                         " backup a.test; echo status $?; ls -A " + site.backups().string()});
    EXPECT_THAT(full.err, HasSubstr("free"));
    EXPECT_THAT(full.out, EndsWith("status 1\n")) << full.all();
}

TEST_F(BackedUpSite, WhatIsMountedInTheRootIsNamedByBackupAndRefusedByUpgrade) {
    const std::string program = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const Result done =
        run_command({"unshare", "-m", "sh", "-c",
                     "mount -t tmpfs none " + (site.root("a.test") / "mnt").string() + " && " + program +
                         " backup a.test; echo status $?; " + program + " upgrade a.test; echo status $?"});
    EXPECT_THAT(done.out, HasSubstr("status 4\n")) << done.all();
    EXPECT_THAT(done.out, EndsWith("status 1\n")) << done.all();
    EXPECT_THAT(done.err, HasSubstr("/mnt: another file system is mounted there"));
    EXPECT_THAT(done.err, HasSubstr("something is mounted on"));
}

TEST_F(BackedUpSite, ARootThatIsAMountPointItselfIsNotSaidToBeLeftOut) {
    const std::string root = site.root("a.test").string();
    const Result done = run_command({"unshare", "-m", "sh", "-c",
                                     "mount --bind " + root + " " + root + " && " + (stage() / "bin/jailctl").string() +
                                         " --config " + site.config().string() + " backup a.test; echo status $?"});
    EXPECT_THAT(done.out, EndsWith("status 0\n")) << done.all();
    EXPECT_THAT(run_command({"tar", "-xzOf", only_archive().string(), "./root/precious"}).out,
                HasSubstr("precious data"));
}

TEST_F(BackedUpSite, JsonSaysWhatTheTextSays) {
    const Value document = site.json({"backup", "a.test"});
    EXPECT_TRUE(document["ok"].truth());
    const Value& jail = document["jails"].items().at(0);
    EXPECT_EQ(jail["backup"]["id"].str(), only_archive().string());
    EXPECT_EQ(jail["backup"]["grade"].str(), "cold");
    EXPECT_EQ(static_cast<std::uintmax_t>(jail["backup"]["size"].num()), std::filesystem::file_size(only_archive()));
}

TEST_F(BackedUpSite, DeleteCanBackUpFirst) {
    const Result done = site.jailctl({"--batch", "delete", "a.test", "--backup-first"});
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(done.out, StartsWith("Doing cold backup of jail a.test...\n"));
    EXPECT_FALSE(std::filesystem::exists(site.root("a.test")));
    ASSERT_EQ(site.jailctl({"restore", "a.test"}).status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
}

TEST_F(BackedUpSite, DryRunWritesNothing) {
    const Result dry = site.jailctl({"--dry-run", "backup", "a.test"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_THAT(archives(site.backups()), ::testing::IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
