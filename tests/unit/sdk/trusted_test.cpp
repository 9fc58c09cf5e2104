#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "jailctl/sdk/files.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;
using test::Scratch;

std::string content(const std::filesystem::path& path) {
    return read_all(open_trusted(path, Trust::root).get(), 100, "it");
}
Errc refusal(const std::filesystem::path& path) {
    return code_thrown_by([&] { (void)open_trusted(path, Trust::root); });
}

TEST(OpenTrustedTest, OpensWhatRootAloneCanWrite) {
    const Scratch scratch;
    EXPECT_EQ(content(scratch.write("a/b/file", "text", 0644)), "text");
    EXPECT_EQ(content(scratch.path() / "a/./b/../b/file"), "text");
    EXPECT_TRUE(open_trusted_directory("/", Trust::root));
    EXPECT_TRUE(open_trusted_directory(scratch / "a/", Trust::root));
}

TEST(OpenTrustedTest, RefusesAWritableFileAndNamesTheCommand) {
    const Scratch scratch;
    const auto file = scratch.write("file", "text", 0666);
    const Error error = error_of([&] { (void)open_trusted(file, Trust::root); });
    EXPECT_EQ(error.code(), Errc::denied);
    EXPECT_EQ(error.hint(), "chmod go-w " + file.string());
    ::chmod(file.c_str(), 0620);
    EXPECT_EQ(refusal(file), Errc::denied);
}

TEST(OpenTrustedTest, RefusesAWritableDirectoryOnTheWay) {
    const Scratch scratch;
    const auto file = scratch.write("open/file", "text");
    scratch.directory("open", 0777);
    EXPECT_EQ(refusal(file), Errc::denied);
    scratch.directory("open", 01777);  // sticky: what lies in it is root's, so nobody else can exchange it
    EXPECT_EQ(content(file), "text");
    EXPECT_EQ(refusal(scratch / "open"), Errc::denied);
}

TEST(OpenTrustedTest, RefusesForeignOwnersOnTheWayAndAtItsEnd) {
    JAILCTL_NEEDS_ROOT();
    const Scratch scratch;
    const auto file = scratch.write("folder/file", "text");
    ::chown(file.c_str(), 1234, 0);
    EXPECT_EQ(refusal(file), Errc::denied);
    ::chown(file.c_str(), 0, 0);
    ::chown((scratch / "folder").c_str(), 1234, 0);
    const Error error = error_of([&] { (void)open_trusted(file, Trust::root); });
    EXPECT_EQ(error.code(), Errc::denied);
    EXPECT_NE(error.hint().find("chown root " + (scratch / "folder").string()), std::string::npos);
}

TEST(OpenTrustedTest, FollowsLinksOnlyWhereTheyAndTheirTargetsPass) {
    JAILCTL_NEEDS_ROOT();
    const Scratch scratch;
    scratch.write("real/file", "text");
    std::filesystem::create_symlink("real", scratch / "relative");
    std::filesystem::create_symlink(scratch / "real/file", scratch / "absolute");
    std::filesystem::create_symlink("../real/file", scratch / "real/up");
    EXPECT_EQ(content(scratch / "relative/file"), "text");
    EXPECT_EQ(content(scratch / "absolute"), "text");
    EXPECT_EQ(content(scratch / "real/up"), "text");
    scratch.directory("real", 0777);
    EXPECT_EQ(refusal(scratch / "absolute"), Errc::denied);
    scratch.directory("real", 0700);
    ::lchown((scratch / "absolute").c_str(), 1234, 0);
    EXPECT_EQ(refusal(scratch / "absolute"), Errc::denied);
}

TEST(OpenTrustedTest, ADirectoryThatWasEnteredBeforeIsJudgedAnew) {
    JAILCTL_NEEDS_ROOT();
    const Scratch scratch;
    const auto file = scratch.write("a/b/file", "text");
    EXPECT_EQ(content(file), "text");
    scratch.directory("a", 0777);
    EXPECT_EQ(refusal(file), Errc::denied);
    scratch.directory("a", 0700);
    ::chown((scratch / "a").c_str(), 1234, 0);
    EXPECT_EQ(refusal(file), Errc::denied);
}

TEST(OpenTrustedTest, ADirectoryThatIsAnotherOneByNowIsEnteredAnew) {
    const Scratch scratch;
    const auto file = scratch.write("a/b/file", "first");
    EXPECT_EQ(content(file), "first");
    std::filesystem::rename(scratch / "a", scratch / "old");
    EXPECT_EQ(refusal(file), Errc::not_found);
    scratch.write("a/b/file", "second");
    EXPECT_EQ(content(file), "second");
    std::filesystem::remove_all(scratch / "a");
    scratch.write("a", "now a file");
    EXPECT_EQ(refusal(file), Errc::not_found);
    std::filesystem::remove(scratch / "a");
    std::filesystem::create_directory_symlink("old", scratch / "a");
    EXPECT_EQ(content(file), "first");
    std::filesystem::rename(scratch / "old/b", scratch / "old/c");
    EXPECT_FALSE(find_trusted(file, Trust::root));
}

TEST(OpenTrustedTest, EndsOnLinksThatGoInCircles) {
    const Scratch scratch;
    std::filesystem::create_symlink("b", scratch / "a");
    std::filesystem::create_symlink("a", scratch / "b");
    EXPECT_EQ(refusal(scratch / "a"), Errc::invalid);
}

TEST(OpenTrustedTest, DoesNotHangOnAFifo) {
    const Scratch scratch;
    ::mkfifo((scratch / "fifo").c_str(), 0600);
    const auto fd = open_trusted(scratch / "fifo", Trust::root);
    EXPECT_EQ(code_thrown_by([&] { (void)read_all(fd.get(), 10, "it"); }), Errc::invalid);
}

TEST(OpenTrustedTest, ReportsAbsence) {
    const Scratch scratch;
    EXPECT_EQ(refusal(scratch / "none"), Errc::not_found);
    EXPECT_EQ(refusal(scratch.write("file", "") / "below"), Errc::not_found);
    EXPECT_EQ(refusal("relative"), Errc::invalid);
}

TEST(PrivateDirectoryTest, MakesMissingParentsForRootAlone) {
    const Scratch scratch;
    ASSERT_TRUE(make_private_directory(scratch / "a/b/c"));
    struct stat status {};
    ASSERT_EQ(::stat((scratch / "a/b").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700U);
    scratch.directory("a", 0777);
    EXPECT_EQ(code_thrown_by([&] { (void)make_private_directory(scratch / "a/b/d"); }), Errc::denied);
    EXPECT_FALSE(std::filesystem::exists(scratch / "a/b/d"));
}

}  // namespace
}  // namespace jailctl
