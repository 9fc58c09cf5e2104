#include <fcntl.h>
#include <gmock/gmock.h>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

using ::testing::HasSubstr;

/// Small files are made by several threads while the next members are read.
class ManyHands : public Archives {
protected:
    static constexpr int files = 300;
    static constexpr timespec then{1'000'000'000, 123'000'000};

    void SetUp() override {
        Archives::SetUp();
        for (const char* directory : {"a", "b"}) fs::create_directory(tree_ / directory);
        for (int i = 0; i < files; ++i)
            for (const char* directory : {"a", "b"}) spit(tree_ / name(directory, i), content(directory, i));
        const timespec times[] = {then, then};
        for (const char* directory : {"a", "b"})
            ASSERT_EQ(::utimensat(AT_FDCWD, (tree_ / directory).c_str(), times, 0), 0);
    }
    static std::string name(const std::string& directory, int i) { return directory + "/" + std::to_string(i); }
    static std::string content(const std::string& directory, int i) {
        return directory + std::string(static_cast<std::size_t>(i) * 37 % 5000, static_cast<char>('a' + i % 26));
    }
    void tar(const std::vector<std::string>& members) {
        std::vector<std::string> words{"tar", "--format=posix", "--no-recursion", "--hard-dereference", "-C",
                                       tree_.string(), "-cf", archive_.string()};
        words.insert(words.end(), members.begin(), members.end());
        ASSERT_EQ(jailctl::test::run_command(words).status, 0);
    }
};

TEST_F(ManyHands, DirectoriesThatAreMetAgainKeepTheirTimes) {
    std::vector<std::string> members{"a", "b"};
    for (int i = 0; i < files; ++i)
        for (const char* directory : {"a", "b"}) members.push_back(name(directory, i));
    tar(members);
    unpack(archive_, other_);
    for (const char* directory : {"a", "b"}) {
        EXPECT_EQ(status_of(other_ / directory).st_mtim.tv_sec, then.tv_sec);
        EXPECT_EQ(status_of(other_ / directory).st_mtim.tv_nsec, then.tv_nsec);
        for (int i = 0; i < files; ++i) EXPECT_EQ(slurp(other_ / name(directory, i)), content(directory, i));
    }
}

TEST_F(ManyHands, AFurtherNameFindsAFileThatIsBeingMade) {
    for (int i = 0; i < files; ++i) fs::create_hard_link(tree_ / name("a", i), tree_ / ("b/l" + std::to_string(i)));
    pack(tree_, archive_);
    unpack(archive_, other_);
    for (int i = 0; i < files; ++i)
        EXPECT_TRUE(fs::equivalent(other_ / name("a", i), other_ / ("b/l" + std::to_string(i)))) << i;
}

TEST_F(ManyHands, WhatIsWrongWithAFileComesOutWithItsName) {
    std::vector<std::string> members{"a"};
    for (int i = 0; i < files; ++i) members.push_back(name("a", i));
    members.insert(members.begin() + 9, name("a", 3));
    tar(members);
    try {
        unpack(archive_, other_);
        ADD_FAILURE() << "a name that occurs twice was taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::damaged);
        EXPECT_THAT(error.what(), HasSubstr("restoring a/3: the archive holds 'a/3' twice"));
    }
}

TEST_F(ManyHands, GroupsAreThoseOfTheMembersBelowASetGroupIdDirectory) {
    pack(tree_, archive_);
    ASSERT_EQ(::chown(other_.c_str(), 0, 4711), 0);
    ASSERT_EQ(::chmod(other_.c_str(), 02755), 0);
    unpack(archive_, other_);
    EXPECT_EQ(status_of(other_ / "a").st_gid, 0U);
    EXPECT_EQ(status_of(other_ / "a").st_mode & 07777U, 0755U);
    EXPECT_EQ(status_of(other_ / "a/1").st_gid, 0U);
}

}  // namespace
}  // namespace jailctl::tree::test
