#include "jailctl/sdk/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "at_once.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::Scratch;

UniqueFd open_directory(const std::filesystem::path& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

TEST(ReadAllTest, ReadsRegularFilesUpToTheCap) {
    const Scratch scratch;
    scratch.write("five", "12345");
    const auto directory = open_directory(scratch.path());
    EXPECT_EQ(read_file_at(directory.get(), "five", 5), "12345");
    EXPECT_EQ(code_thrown_by([&] { (void)read_file_at(directory.get(), "five", 4); }), Errc::invalid);
    EXPECT_EQ(read_file_at(directory.get(), "none"), std::nullopt);
}

TEST(ReadAllTest, RefusesFifosDirectoriesAndLinks) {
    const Scratch scratch;
    ::mkfifo((scratch / "fifo").c_str(), 0600);
    scratch.directory("folder");
    std::filesystem::create_symlink("/etc/passwd", scratch / "link");
    const auto directory = open_directory(scratch.path());
    EXPECT_EQ(code_thrown_by([&] { (void)read_file_at(directory.get(), "fifo"); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)read_file_at(directory.get(), "folder"); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)read_file_at(directory.get(), "link"); }), Errc::io);
    EXPECT_EQ(code_thrown_by([] { (void)read_all(open_trusted("/dev/zero", Trust::root).get(), 10, "it"); }),
              Errc::denied);
}

TEST(ReplaceFileTest, ReplacesContentAndModeAndLeavesNothingElse) {
    const Scratch scratch;
    scratch.write("state.json", "old");
    const auto directory = open_directory(scratch.path());
    replace_file(directory.get(), "state.json", "new", 0640);
    EXPECT_EQ(scratch.read("state.json"), "new");
    struct stat status {};
    ASSERT_EQ(::stat((scratch / "state.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1);
}

TEST(ReplaceFileTest, ReplacesALinkInsteadOfFollowingIt) {
    const Scratch scratch;
    scratch.write("victim", "safe");
    std::filesystem::create_symlink("victim", scratch / "name");
    std::filesystem::create_symlink("victim", scratch / ".name.new");
    replace_file(open_directory(scratch.path()).get(), "name", "mine", 0600);
    EXPECT_EQ(scratch.read("victim"), "safe");
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(scratch / "name")));
}

TEST(ReplaceFileTest, TakesOverWhatAKilledWriterLeft) {
    const Scratch scratch;
    scratch.write(".name.new", "half of something much longer");
    replace_file(open_directory(scratch.path()).get(), "name", "whole", 0600);
    EXPECT_EQ(scratch.read("name"), "whole");
    EXPECT_FALSE(std::filesystem::exists(scratch / ".name.new"));
}

TEST(ReplaceFileTest, NeverWritesThroughASecondNameOfAnotherFile) {
    const Scratch scratch;
    scratch.write("victim", "safe");
    std::filesystem::create_hard_link(scratch / "victim", scratch / ".name.new");
    replace_file(open_directory(scratch.path()).get(), "name", "mine", 0600);
    EXPECT_EQ(scratch.read("victim"), "safe");
    EXPECT_EQ(scratch.read("name"), "mine");
}

TEST(ReplaceFileTest, ManyWritersLeaveOneWholeContent) {
    const Scratch scratch;
    const auto directory = open_directory(scratch.path());
    test::at_once(4, [&](int writer) {
        const std::string content(20000, static_cast<char>('a' + writer));
        for (int i = 0; i < 50; ++i) replace_file(directory.get(), "name", content, 0600, false);
    });
    const std::string text = scratch.read("name");
    EXPECT_EQ(text.size(), 20000U);
    EXPECT_EQ(text.find_first_not_of(text[0]), std::string::npos);
}

}  // namespace
}  // namespace jailctl
