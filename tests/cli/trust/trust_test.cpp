// Messages about files that others can write name them once, and what is refused prints nothing before.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace fs = std::filesystem;

namespace {

using Trusted = OneJail;

std::size_t times(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_F(Trusted, AConfigurationThatOthersCanWriteIsNamedOnce) {
    ASSERT_EQ(::chmod(site_.config().c_str(), 0666), 0);
    const Result refused = site_.jailctl({"status"});
    EXPECT_EQ(refused.status, 2) << refused.all();
    EXPECT_EQ(refused.err, "jailctl: " + site_.config().string() + " can be written by other users\nhint: chmod go-w " +
                               site_.config().string() + "\n");
    const Result checked = site_.jailctl({"config", "check"});
    EXPECT_THAT(checked.all(), HasSubstr(site_.config().string() + ": error: can be written by other users\n"));
}

TEST_F(Trusted, ABackupThatOthersCanWriteIsNamedOnce) {
    const auto file = site_.backups() / "a.test-20261123T120000Z.tar.gz";
    spit(file, "x", 0666);
    ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
    const Result listed = site_.jailctl({"backups", "a.test"});
    EXPECT_THAT(listed.out, HasSubstr(file.string() + "  unusable: can be written by other users\n"));
    const Result restored = site_.jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 1);
    EXPECT_THAT(restored.err, HasSubstr("warning: " + file.string() + " is left out: can be written by other users\n"));
    EXPECT_EQ(times(restored.err, file.string()), 1U);
}

TEST_F(Trusted, ABackupIsAnnouncedOnlyWhenItCanBegin) {
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    spit(site_.path() / "before", "#!/bin/sh\ntouch " + (site_.path() / "ran").string() + "\n", 0755);
    site_.configure({"a.test:192.0.2.1"}, "BEFOREBACKUP_HOOKS=" + (site_.path() / "before").string());
    spit(site_.path() / "there.tar.gz", "x");
    const auto expect_refused = [&](const std::string& where, int status) {
        const Result refused = site_.jailctl({"backup", "a.test", where});
        EXPECT_EQ(refused.status, status) << where << ": " << refused.all();
        EXPECT_THAT(refused.all(), Not(HasSubstr("Doing "))) << where;
        EXPECT_FALSE(fs::exists(site_.path() / "ran")) << where;
    };
    expect_refused((site_.path() / "file.zip").string(), 2);
    expect_refused((site_.path() / "there.tar.gz").string(), 1);
    expect_refused((site_.root("a.test") / "root/").string(), 1);
    const Result done = site_.jailctl({"backup", "a.test"});
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_THAT(done.out, StartsWith("Doing cold backup of jail a.test...\n"));
}

TEST_F(Trusted, ARootThatIsNoDirectoryIsNamedAsSuch) {
    const auto root = site_.root("a.test"), elsewhere = site_.path() / "elsewhere";
    fs::create_directories(elsewhere / "etc");
    for (const bool fifo : {false, true}) {
        fs::remove(root);
        if (fifo) ASSERT_EQ(::mkfifo(root.c_str(), 0600), 0);
        else fs::create_directory_symlink(elsewhere, root);
        for (const char* command : {"backup", "restore", "upgrade", "create", "delete"}) {
            const Result refused = site_.jailctl({"--batch", command, "a.test"});
            EXPECT_EQ(refused.status, 1) << command << refused.all();
            EXPECT_THAT(refused.err, HasSubstr("is no directory")) << command;
            EXPECT_THAT(refused.err, HasSubstr("hint: ")) << command;
            EXPECT_THAT(refused.err, Not(HasSubstr("'jailctl "))) << command << ": no command of ours helps";
        }
        EXPECT_TRUE(fs::exists(elsewhere / "etc"));
    }
    fs::remove(root);
}

TEST_F(Trusted, AnArchiveOfXzIsForBasesAlone) {
    const auto tree = site_.path() / "tree";
    fs::create_directories(tree / "etc");
    const auto file = site_.backups() / "foreign.tar.xz";
    ASSERT_EQ(run_command({"tar", "-cJf", file.string(), "-C", tree.string(), "."}).status, 0);
    for (const char* command : {"restore", "verify"}) {
        std::vector<std::string> words{command, file.string()};
        if (command == std::string("restore")) words.insert(words.begin() + 1, "a.test");
        const Result refused = site_.jailctl(words);
        EXPECT_EQ(refused.status, 1) << command << ": " << refused.all();
        EXPECT_THAT(refused.err, HasSubstr(file.string() + ": the archive is compressed with xz")) << command;
        EXPECT_THAT(refused.err, HasSubstr("hint: restore it uncompressed: xz -dc")) << command;
    }
    EXPECT_FALSE(fs::exists(site_.root("a.test")));
    EXPECT_THAT(site_.leftovers(), ::testing::IsEmpty());
}

}  // namespace jailctl::test
