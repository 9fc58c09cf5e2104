#include <sys/stat.h>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Extract : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        target = site.path() / "taken";
        std::filesystem::create_directory(target);
    }
    Result extract(const std::string& from, const std::vector<std::string>& paths,
                   const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{"extract", from, "--to", target.string()};
        words.insert(words.end(), paths.begin(), paths.end());
        words.insert(words.end(), more.begin(), more.end());
        return site.jailctl(words);
    }
    std::filesystem::path target;
};

TEST_F(Extract, TakesFilesOutOfTheNewestBackupOrAnArchive) {
    ASSERT_EQ(backup().status, 0);
    const Result by_jail = extract("a.test", {"root/precious"});
    EXPECT_EQ(by_jail.status, 0) << by_jail.all();
    EXPECT_EQ(slurp(target / "root/precious"), "precious data\n");
    const Result again = extract("a.test", {"/root/precious"});
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("exists already"));
    EXPECT_EQ(extract(only_archive().string(), {"./etc"}).status, 0);
    EXPECT_TRUE(std::filesystem::exists(target / "etc/hosts"));
    const Result out = site.jailctl({"extract", "a.test", "root/precious", "--to", "-"});
    EXPECT_EQ(out.out, "precious data\n");
    EXPECT_EQ(site.jailctl({"extract", "a.test", "etc", "--to", "-"}).status, 1);
    EXPECT_EQ(site.jailctl({"extract", "a.test"}).status, 2);
    EXPECT_EQ(extract("a.test", {"../etc/shadow"}).status, 2);
}

/// Links of a jail lead wherever it likes.
TEST_F(Extract, LeadsThroughNoRootOfAJail) {
    ASSERT_EQ(backup().status, 0);
    const auto root = site.root("a.test"), taken = target;
    std::filesystem::create_directory_symlink(taken, root / "var/out");
    std::filesystem::create_directory_symlink(root / "var", site.path() / "into");
    for (const auto& way : {root / "var", root / "var/out", site.path() / "into/out"}) {
        target = way;
        const Result would = extract("a.test", {"root/precious"}, {"--dry-run"});
        EXPECT_EQ(would.status, 1) << way << would.all();
        const Result refused = extract("a.test", {"root/precious"});
        EXPECT_EQ(refused.status, 1) << way << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("lies in the root of jail a.test"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(taken));
    EXPECT_FALSE(std::filesystem::exists(root / "var/root"));
}

/// An archive in a root is whatever a link of the jail makes of its name.
TEST_F(Extract, NoArchiveIsNamedThroughARoot) {
    ASSERT_EQ(backup().status, 0);
    const auto named = (site.root("a.test") / "root/a.tar.gz").string();
    std::filesystem::create_symlink(only_archive(), named);
    const std::vector<std::vector<std::string>> commands{{"extract", named, "root/precious", "--to", target.string()},
                                                         {"verify", named},
                                                         {"backups", "--contents", named},
                                                         {"restore", "a.test", "--as", "b.test", named}};
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    for (const auto& command : commands) {
        const Result refused = site.jailctl(command);
        EXPECT_EQ(refused.status, 1) << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("lies in the root of jail a.test"));
        EXPECT_THAT(refused.err, HasSubstr("hint: take it out of that jail first"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(target));
    EXPECT_FALSE(std::filesystem::exists(site.root("b.test")));
}

TEST_F(Extract, OneFoundDamagedIsPassedOver) {
    ASSERT_EQ(backup().status, 0);
    spit(site.root("a.test") / "root/newer", "newer\n");
    const std::string newest = site.backups().string() + "/a.test-29990101T000000Z.tar.gz";
    ASSERT_EQ(backup({newest}).status, 0);
    EXPECT_EQ(site.jailctl({"extract", "a.test", "root/newer", "--to", "-"}).out, "newer\n");
    flip(newest, 5000);
    ASSERT_EQ(site.jailctl({"verify", newest}).status, 1);
    EXPECT_THAT(site.jailctl({"backups", "a.test", "--contents"}).out, Not(HasSubstr(" root/newer\n")));
    EXPECT_THAT(extract("a.test", {"root/newer"}).err, HasSubstr("the archive holds no 'root/newer'"));
    EXPECT_EQ(extract("a.test", {"root/precious"}).status, 0);
    EXPECT_EQ(slurp(target / "root/precious"), "precious data\n");
    EXPECT_THAT(site.jailctl({"protect", "a.test"}).out, Not(HasSubstr("2999")));

    const auto older = archives(site.backups()).front();
    ASSERT_NE(older.string(), newest);
    flip(older, 5000);
    ASSERT_EQ(site.jailctl({"verify", older.string()}).status, 1);
    const Result none = extract("a.test", {"root/precious"});
    EXPECT_EQ(none.status, 1) << none.all();
    EXPECT_THAT(none.err, HasSubstr("there is no good backup of jail a.test"));
    EXPECT_THAT(none.err, HasSubstr("hint: 'jailctl backups a.test' names what is wrong"));
}

TEST_F(Extract, ARehearsalPromisesNothingFalse) {
    ASSERT_EQ(backup().status, 0);
    const Result none = extract("a.test", {"nope"}, {"--dry-run"});
    EXPECT_EQ(none.status, 1) << none.all();
    EXPECT_THAT(none.err, HasSubstr("the archive holds no 'nope'"));
    const Result would = extract("a.test", {"/root/precious", "./etc/hosts"}, {"--dry-run"});
    EXPECT_EQ(would.status, 0) << would.all();
    EXPECT_THAT(would.out, HasSubstr("would extract 2 entries of "));
    EXPECT_TRUE(std::filesystem::is_empty(target));
    ASSERT_EQ(extract("a.test", {"root/precious"}).status, 0);
    EXPECT_THAT(extract("a.test", {"root/precious"}, {"--dry-run"}).err, HasSubstr("'root/precious' exists already"));
}

TEST_F(Extract, ARehearsalRefusesWhatTheCommandWould) {
    ASSERT_EQ(backup().status, 0);
    std::filesystem::create_directory(site.path() / "elsewhere");
    const auto refused = [&](const std::string& path, const std::string& where, const std::string& why) {
        const std::vector<std::string> words{"extract", "a.test", path, "--to", where};
        const Result done = site.jailctl(words);
        EXPECT_EQ(done.status, 1) << done.all();
        EXPECT_THAT(done.err, HasSubstr(why));
        const Result rehearsed = site.jailctl({words[0], words[1], words[2], words[3], words[4], "--dry-run"});
        EXPECT_EQ(rehearsed.status, done.status) << rehearsed.all();
        EXPECT_THAT(rehearsed.err, HasSubstr(why));
    };
    spit(target / "etc", "a file");
    refused("etc/hosts", target.string(), "'etc' exists already and is no directory");
    refused("/", target.string(), "'.' is not empty");
    std::filesystem::remove(target / "etc");
    std::filesystem::create_directory_symlink(site.path() / "elsewhere", target / "etc");
    refused("etc/hosts", target.string(), "'etc' exists already and is no directory");
    refused("etc", "-", "'etc' is no regular file");
    const std::string missing = (site.path() / "missing").string();
    refused("etc", missing,
            "cannot open the directory " + missing + ": No such file or directory\nhint: make it first: 'mkdir " +
                missing + "'");
    refused("/", "-", "is no regular file");
    std::filesystem::remove(target / "etc");
    std::filesystem::create_directory(target / "etc");
    EXPECT_EQ(extract("a.test", {"etc/hosts"}, {"--dry-run"}).status, 0) << "a directory on the way may be there";
    std::filesystem::remove(target / "etc");
    EXPECT_EQ(extract("a.test", {"/"}, {"--dry-run"}).status, 0);
    EXPECT_EQ(site.jailctl({"extract", "a.test", "root/precious", "--to", "-", "--dry-run"}).status, 0);
    EXPECT_TRUE(std::filesystem::is_empty(target));
}

TEST_F(Extract, AHardLinkBringsItsContentAlong) {
    const auto root = site.root("a.test");
    for (const char* directory : {"one", "two", "three"}) std::filesystem::create_directory(root / directory);
    spit(root / "one/name", "shared\n");
    std::filesystem::create_hard_link(root / "one/name", root / "two/name");
    std::filesystem::create_hard_link(root / "one/name", root / "two/other");
    for (const char* format : {"/x.tar.gz", "/x.tar"}) {
        const std::string file = site.backups().string() + format;
        ASSERT_EQ(backup({file}).status, 0);
        for (const char* directory : {"one", "two"}) {
            ASSERT_EQ(extract(file, {directory}).status, 0);
            EXPECT_EQ(slurp(target / directory / "name"), "shared\n") << format;
            if (std::string(directory) == "two") {
                EXPECT_TRUE(std::filesystem::equivalent(target / "two/name", target / "two/other"));
            }
            std::filesystem::remove_all(target / directory);
        }
    }
}

TEST_F(Extract, DamageIsFoundAndLeavesNothing) {
    spit(site.root("a.test") / "root/noise", std::string(3000000, 'n'));
    const std::string file = site.backups().string() + "/x.tar";
    ASSERT_EQ(backup({file}).status, 0);
    const std::string bytes = slurp(file);
    flip(file, bytes.find(std::string(1000, 'n')) + 500);
    const Result taken = extract(file, {"root/noise"});
    EXPECT_EQ(taken.status, 1);
    EXPECT_THAT(taken.err, HasSubstr("the digest of 'root/noise'"));
    EXPECT_FALSE(std::filesystem::exists(target / "root/noise"));
    EXPECT_EQ(extract(file, {"root/precious"}).status, 0) << "the rest is as it was";
}

TEST_F(Extract, WhatThisHostMadeComesBackWhole) {
    const auto tool = site.root("a.test") / "root/tool";
    spit(tool, "x");
    std::filesystem::permissions(tool, std::filesystem::perms(04755));
    ASSERT_EQ(run_command({"mknod", (site.root("a.test") / "root/null").string(), "c", "1", "3"}).status, 0);
    ASSERT_EQ(backup().status, 0);
    const Result whole = extract("a.test", {"root/tool", "root/null"});
    EXPECT_EQ(whole.status, 0) << whole.all();
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(target / "root/tool").permissions()), 04755U);
    EXPECT_EQ(std::filesystem::status(target / "root/null").type(), std::filesystem::file_type::character);
}

TEST_F(Extract, OfAForeignArchiveOddThingsStayBehindUnlessTrusted) {
    const auto tool = site.root("a.test") / "root/tool";
    spit(tool, "x");
    std::filesystem::permissions(tool, std::filesystem::perms(04755));
    ASSERT_EQ(run_command({"mknod", (site.root("a.test") / "root/null").string(), "c", "1", "3"}).status, 0);
    ASSERT_EQ(backup().status, 0);
    std::filesystem::remove_all(site.path() / "state/backups");  // as on a host that did not make it
    const Result careful = extract(only_archive().string(), {"root/tool", "root/null"});
    EXPECT_EQ(careful.status, 4) << careful.all();
    EXPECT_THAT(careful.all(), HasSubstr("its set-id bits"));
    EXPECT_THAT(careful.all(), HasSubstr("a device"));
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(target / "root/tool").permissions()), 0755U);
    EXPECT_FALSE(std::filesystem::exists(target / "root/null"));
    std::filesystem::remove(target / "root/tool");
    EXPECT_EQ(extract(only_archive().string(), {"root/tool"}, {"--trust"}).status, 0);
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(target / "root/tool").permissions()), 04755U);
}

TEST_F(Extract, OutOfATarZst) {
    const std::string file = site.backups().string() + "/x.tar.zst";
    ASSERT_EQ(backup({file}).status, 0);
    EXPECT_EQ(extract(file, {"root/precious"}).status, 0);
    EXPECT_EQ(slurp(target / "root/precious"), "precious data\n");
    const std::string bytes = slurp(file);
    EXPECT_EQ(bytes.substr(0, 4), "\x28\xb5\x2f\xfd");
}

TEST_F(Extract, AnArchiveOfAnotherToolIsReadThrough) {
    const auto file = site.backups() / "foreign.tar.gz";
    ASSERT_EQ(run_command({"tar", "-C", site.root("a.test").string(), "-czf", file.string(), "."}).status, 0);
    EXPECT_EQ(extract(file.string(), {"root"}).status, 0);
    EXPECT_EQ(slurp(target / "root/precious"), "precious data\n");
    EXPECT_THAT(site.jailctl({"backups", file.string(), "--contents"}).out, HasSubstr(" root/precious\n"));
}

TEST_F(Extract, OddNamesLinksAndDirectoriesComeOutAsTheyAre) {
    const auto root = site.root("a.test") / "root";
    const std::vector<std::string> names{"a b", "line\nbreak", "\xff\xfe", "back\\slash", "back\\x41", "backA",
                                         "caf\xc3\xa9", "-dash", "*?[a]", "percent%41"};
    for (const auto& name : names) spit(root / name, name);
    std::filesystem::create_directories(root / "dir/deep");
    spit(root / "dir/deep/file", "deep\n");
    std::filesystem::create_directory_symlink("dir", root / "to-dir");
    std::filesystem::create_symlink("/etc/passwd", root / "to-host");
    ASSERT_EQ(backup().status, 0);
    const std::string listing = site.jailctl({"backups", "a.test", "--contents"}).out;
    for (const auto& name : names) {
        std::string printed = "root/" + name;  // as it is typed, and as the listing shows it
        if (name == "line\nbreak") printed = "root/line\\x0abreak";
        if (name == "\xff\xfe" || name == "back\\x41") {
            EXPECT_EQ(extract("a.test", {"root/" + name}).status, 0) << "raw bytes";
            EXPECT_EQ(slurp(target / "root" / name), name);
            std::filesystem::remove_all(target / "root");
            printed = name == "back\\x41" ? "root/back\\x5cx41" : "root/\\xff\\xfe";
        }
        EXPECT_THAT(listing, HasSubstr(" " + printed + "\n"));
        const Result taken = extract("a.test", {printed});
        EXPECT_EQ(taken.status, 0) << taken.all();
        EXPECT_EQ(slurp(target / "root" / name), name);
    }
    EXPECT_EQ(extract("a.test", {"root/dir/", "root/to-dir", "root/to-host"}).status, 0);
    EXPECT_EQ(slurp(target / "root/dir/deep/file"), "deep\n");
    EXPECT_EQ(std::filesystem::read_symlink(target / "root/to-dir"), "dir");
    EXPECT_EQ(std::filesystem::read_symlink(target / "root/to-host"), "/etc/passwd");
    const Result through = extract("a.test", {"root/to-dir/deep/file"});
    EXPECT_EQ(through.status, 1);
    EXPECT_THAT(through.err, HasSubstr("the archive holds no 'root/to-dir/deep/file'"));
}

TEST_F(Extract, ASocketComesOutOfWhatThisHostMade) {
    ASSERT_EQ(::mknod((site.root("a.test") / "root/socket").c_str(), S_IFSOCK | 0600, 0), 0);
    ASSERT_EQ(backup().status, 0);
    const Result taken = extract("a.test", {"root/socket"});
    EXPECT_EQ(taken.status, 0) << taken.all();
    EXPECT_THAT(taken.out, HasSubstr(": 1 entry, "));
    EXPECT_TRUE(std::filesystem::is_socket(target / "root/socket"));
}

TEST_F(Extract, ContentsAreListed) {
    ASSERT_EQ(::mknod((site.root("a.test") / "root/socket").c_str(), S_IFSOCK | 0640, 0), 0);
    ASSERT_EQ(backup().status, 0);
    const Result listed = site.jailctl({"backups", "a.test", "--contents"});
    EXPECT_EQ(listed.status, 0) << listed.all();
    EXPECT_THAT(listed.out, HasSubstr(" root/precious\n"));
    EXPECT_THAT(listed.out, HasSubstr("drwx"));
    EXPECT_THAT(listed.out, ::testing::ContainsRegex("srw-r----- 0/0 .* root/socket\n"));
    EXPECT_EQ(site.jailctl({"backups", "--contents"}).status, 2);
}

}  // namespace
}  // namespace jailctl::test
