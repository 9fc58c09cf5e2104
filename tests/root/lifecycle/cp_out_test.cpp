/// `cp` out of a jail: nothing is left out without a word, nothing stands there half.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <thread>

#include "jailctl/sdk/process.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class CpOutTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        fs::create_directories(here_);
        fs::create_directories(inside_);
    }
    Result cp(const std::string& from) const {
        return site.jailctl({"cp", "--wait", "60", "a.test:/root/" + from, here_.string()});
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(here_)) found.push_back(entry.path().filename());
        return found;
    }
    [[nodiscard]] ChildProcess begin(const std::string& from) const {
        Program program;
        program.path = (stage() / "bin/jailctl").string();
        program.arguments = {"--config", site.config().string(), "cp", "a.test:/root/" + from, here_.string()};
        return spawn(program, STDERR_FILENO);
    }
    /// Another copy clears up; the helper of the one that was killed may take a moment to end.
    void expect_cleared_by_the_next(const std::string& name) const {
        spit(inside_ / "small", "small\n", 0644);
        for (int i = 0; i < 100; ++i) {
            ASSERT_EQ(cp("small").status, 0);
            if (names().size() == (fs::exists(here_ / name) ? 2U : 1U)) break;
        }
        fs::remove(here_ / "small");
        fs::remove_all(here_ / name);
        EXPECT_THAT(names(), testing::IsEmpty());
    }
    fs::path here_ = site.path() / "here", inside_ = site.root("a.test") / "root";
};

TEST_F(CpOutTest, WhereItCannotBeMadeIsNamed) {
    fs::create_directory(inside_ / "d");
    spit(inside_ / "file", "one\n", 0644);
    for (const char* from : {"file", "d"}) {
        const Result refused = site.jailctl({"cp", std::string("a.test:/root/") + from, "/proc/copy"});
        EXPECT_EQ(refused.status, 1);
        EXPECT_THAT(refused.err, HasSubstr("/proc/copy: cannot make "));
    }
}

TEST_F(CpOutTest, WhatIsLeftOutOfADirectoryIsNamed) {
    fs::create_directory(inside_ / "d");
    spit(inside_ / "d/kept", "kept\n", 0644);
    UniqueFd at{::open((inside_ / "d").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const std::string name(250, 'n');
    for (int i = 0; i < 17; ++i) {  // longer than a path may be
        ASSERT_EQ(::mkdirat(at.get(), name.c_str(), 0755), 0);
        at.reset(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    const Value document = site.json({"cp", "a.test:/root/d", here_.string()});
    ASSERT_EQ(document["omissions"].items().size(), 1U) << to_json(document);
    EXPECT_THAT(document["omissions"].items()[0]["message"].str(), HasSubstr("has a name too long to be restored"));
    EXPECT_EQ(slurp(here_ / "d/kept"), "kept\n");
    fs::remove_all(here_ / "d");
    EXPECT_EQ(cp("d").status, 4);
}

TEST_F(CpOutTest, AFileThatGrowsWhileItIsReadIsNamed) {
    spit(inside_ / "log", std::string(8 << 20, 'x'), 0644);
    std::atomic<bool> done = false;
    std::thread writer([&] {
        std::ofstream log(inside_ / "log", std::ios::app);
        while (!done) log.put('x').flush();
    });
    Result result;
    // When the writer comes to run is for the kernel to say.
    for (int i = 0; i < 100 && result.status != 4; ++i) result = cp("log");
    done = true;
    writer.join();
    EXPECT_EQ(result.status, 4) << result.all();
    EXPECT_THAT(result.err, HasSubstr("a.test:/root/log: grew while it was read"));
    EXPECT_GE(fs::file_size(here_ / "log"), std::uintmax_t{8 << 20});
    EXPECT_EQ(cp("log").status, 0) << "it stands still";
}

TEST_F(CpOutTest, HolesOfAFileStayHoles) {
    constexpr std::uintmax_t size = std::uintmax_t{128} << 20;
    spit(inside_ / "disk", "begin", 0600);
    fs::resize_file(inside_ / "disk", size - 3);
    std::ofstream(inside_ / "disk", std::ios::app) << "end";
    ASSERT_EQ(cp("disk").status, 0);
    struct stat info {};
    ASSERT_EQ(::stat((here_ / "disk").c_str(), &info), 0);
    EXPECT_EQ(static_cast<std::uintmax_t>(info.st_size), size);
    EXPECT_LT(info.st_blocks, (16 << 20) / 512);
    EXPECT_EQ(run_command({"cmp", (inside_ / "disk").string(), (here_ / "disk").string()}).status, 0);
}

TEST_F(CpOutTest, KilledItLeavesAFileWholeOrNone) {
    constexpr std::uintmax_t size = std::uintmax_t{64} << 20;
    spit(inside_ / "big", std::string(size, 'x'), 0644);
    for (useconds_t i = 0; i < 24; ++i) {
        ChildProcess running = begin("big");
        ::usleep(i * 4000);
        running.kill(SIGKILL);
        (void)running.wait();
        const auto copy = here_ / "big";
        EXPECT_TRUE(!fs::exists(copy) || fs::file_size(copy) == size)
            << fs::file_size(copy) << " bytes, killed as " << i;
    }
    expect_cleared_by_the_next("big");
}

TEST_F(CpOutTest, KilledItLeavesADirectoryWholeOrNone) {
    fs::create_directory(inside_ / "d");
    for (int i = 0; i < 400; ++i) spit(inside_ / "d" / std::to_string(i), std::string(100'000, 'x'), 0644);
    for (int attempt = 0; attempt < 10; ++attempt) {
        ChildProcess running = begin("d");
        for (int i = 0; i < 40000 && fs::is_empty(here_); ++i) ::usleep(500);
        running.kill(SIGKILL);
        (void)running.wait();
        const auto copy = here_ / "d";
        if (!fs::exists(copy)) break;  // it was killed before its end
        EXPECT_EQ(std::distance(fs::directory_iterator(copy), {}), 400) << "half a copy";
        fs::remove_all(copy);
    }
    EXPECT_FALSE(fs::exists(here_ / "d"));
    expect_cleared_by_the_next("d");
}

TEST_F(CpOutTest, WhatProgramsOpenToReachEachOtherIsNotReplaced) {
    spit(inside_ / "file", "file\n", 0644);
    spit(here_ / "open", "", 0644);
    ASSERT_EQ(::mkfifo((here_ / "pipe").c_str(), 0600), 0);
    ASSERT_EQ(::mknod((here_ / "device").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    fs::create_symlink("pipe", here_ / "link");
    fs::create_symlink("/proc/self/fd/1", here_ / "stdout");
    for (const char* name : {"pipe", "device", "link", "stdout"}) {
        const auto before = fs::symlink_status(here_ / name).type();
        const Result result = site.jailctl({"cp", "a.test:/root/file", (here_ / name).string()});
        EXPECT_EQ(result.status, 1) << name;
        EXPECT_THAT(result.err, HasSubstr("is no file, nor a link to one")) << name;
        EXPECT_EQ(fs::symlink_status(here_ / name).type(), before) << name;
        EXPECT_EQ(site.jailctl({"cp", "--dry-run", "a.test:/root/file", (here_ / name).string()}).status, 1) << name;
    }
    EXPECT_EQ(names().size(), 5U);
}

TEST_F(CpOutTest, AFileReplacesAFileAndALinkButNoDirectory) {
    spit(inside_ / "new", "new\n", 0640);
    spit(here_ / "old", "old\n", 0600);
    fs::create_symlink("old", here_ / "new");
    ASSERT_EQ(cp("new").status, 0);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(here_ / "new")));
    EXPECT_EQ(slurp(here_ / "new"), "new\n");
    EXPECT_EQ(slurp(here_ / "old"), "old\n");
    fs::remove(here_ / "new");
    fs::create_directory(here_ / "new");
    EXPECT_EQ(cp("new").status, 1);
    EXPECT_THAT(names(), testing::UnorderedElementsAre("old", "new")) << "nothing of ours is left";
}

}  // namespace
}  // namespace jailctl::test
