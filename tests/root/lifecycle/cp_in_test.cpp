/// `cp` into a jail that is killed: the file that stood there stands, or the new one does.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <set>

#include "jailctl/sdk/process.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
    return names;
}

ChildProcess begin_a_copy(const Site& site, const fs::path& from, const std::string& to) {
    Program program;
    program.path = (stage() / "bin/jailctl").string();
    program.arguments = {"--config", site.config().string(), "cp", from.string(), to};
    return spawn(program, STDERR_FILENO);
}

void kill_it(ChildProcess& running) {
    running.kill(SIGKILL);
    (void)running.wait();
}

TEST_F(JailTest, ACopyIntoItThatIsKilledLeavesTheOldFileOrTheNewOne) {
    constexpr std::uintmax_t size = std::uintmax_t{64} << 20;
    const fs::path big = site.path() / "big", directory = site.root("a.test") / "root", file = directory / "file";
    spit(big, std::string(size, 'x'), 0644);
    spit(file, "old", 0644);
    const auto before = names_in(directory);
    for (useconds_t i = 0; i < 24; ++i) {
        ChildProcess running = begin_a_copy(site, big, "a.test:/root/file");
        ::usleep(i * 4000);
        kill_it(running);
        struct stat info {};
        ASSERT_EQ(::stat(file.c_str(), &info), 0) << "killed as " << i;
        EXPECT_TRUE(info.st_size == 3 || static_cast<std::uintmax_t>(info.st_size) == size)
            << info.st_size << ", killed as " << i;
        EXPECT_EQ(info.st_mode & 07777U, 0644U) << "killed as " << i;
    }
    // The helper of the last one may take a moment to end, and keep the lock for it. What it left the next one clears.
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(site.jailctl({"cp", "--wait", "60", big.string(), "a.test:/root/file"}).status, 0);
        if (names_in(directory) == before) break;
    }
    EXPECT_EQ(names_in(directory), before);
    EXPECT_EQ(fs::file_size(file), size);
    ASSERT_EQ(start().status, 0);
    EXPECT_THAT(site.leftovers(), testing::IsEmpty());
}

/// The journal is JSON, and the name of the directory is none of it.
TEST_F(JailTest, WhatAKilledCopyLeftInADirectoryOfAnyNameIsFound) {
    const fs::path from = site.path() / "from", directory = site.root("a.test") / "root/d\xff\\x41";
    fs::create_directories(from);
    fs::create_directories(directory);
    for (int i = 0; i < 3000; ++i) spit(from / std::to_string(i), "x", 0644);
    bool left = false;
    for (int tries = 0; tries < 20 && !left; ++tries) {
        ChildProcess running = begin_a_copy(site, from, "a.test:/root/" + directory.filename().string() + "/to");
        for (int looks = 0; looks < 60'000 && fs::is_empty(directory); ++looks) ::usleep(500);
        kill_it(running);
        left = fs::exists(directory / ".jailctl-copy");
        fs::remove_all(directory / "to");
    }
    ASSERT_TRUE(left) << "no copy was killed halfway";
    Result fixed;  // its helper ends a moment later, and keeps the lock until then
    for (int tries = 0; tries < 600 && !(site.leftovers().empty() && !fs::exists(directory / ".jailctl-copy"));
         ++tries) {
        fixed = site.jailctl({"--batch", "doctor", "--fix"});
        ::usleep(50'000);
    }
    EXPECT_FALSE(fs::exists(directory / ".jailctl-copy")) << fixed.all();
    EXPECT_THAT(site.leftovers(), testing::IsEmpty());
}

TEST_F(JailTest, ACopyOfADirectoryIntoItThatIsKilledLeavesAllOfItOrNothing) {
    constexpr int files = 3000;
    const fs::path from = site.path() / "from", directory = site.root("a.test") / "root", to = directory / "to";
    fs::create_directories(from / "sub");
    for (int i = 0; i < files; ++i) spit(from / "sub" / std::to_string(i), "x", 0644);
    const auto before = names_in(directory);
    for (useconds_t i = 0; i < 8; ++i) {
        ChildProcess running = begin_a_copy(site, from, "a.test:/root/to");
        for (int looks = 0; looks < 60'000 && names_in(directory) == before; ++looks) ::usleep(1000);
        ::usleep(i * 3000);
        kill_it(running);
        // Its helper ends a moment later, and keeps the lock until then.
        Result fixed;
        for (int tries = 0; tries < 600 && !(site.leftovers().empty() && !fs::exists(directory / ".jailctl-copy"));
             ++tries) {
            fixed = site.jailctl({"--batch", "doctor", "--fix"});
            ::usleep(50'000);
        }
        if (fs::exists(to)) {
            EXPECT_EQ(names_in(to / "sub").size(), std::size_t{files}) << "killed as " << i;
            fs::remove_all(to);
        }
        EXPECT_EQ(names_in(directory), before) << "killed as " << i << fixed.all();
    }
    const auto done = site.jailctl({"cp", from.string(), "a.test:/root/to"});
    EXPECT_EQ(done.status, 0) << done.all();
    EXPECT_EQ(names_in(to / "sub").size(), std::size_t{files});
    EXPECT_THAT(site.leftovers(), testing::IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
