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

TEST_F(JailTest, ACopyIntoItThatIsKilledLeavesTheOldFileOrTheNewOne) {
    constexpr std::uintmax_t size = std::uintmax_t{64} << 20;
    const fs::path big = site.path() / "big", directory = site.root("a.test") / "root", file = directory / "file";
    spit(big, std::string(size, 'x'), 0644);
    spit(file, "old", 0644);
    const auto before = names_in(directory);
    const std::vector<std::string> words{"--config", site.config().string(), "cp", big.string(), "a.test:/root/file"};
    for (useconds_t i = 0; i < 24; ++i) {
        Program program;
        program.path = (stage() / "bin/jailctl").string();
        program.arguments = words;
        ChildProcess running = spawn(program, STDERR_FILENO);
        ::usleep(i * 4000);
        running.kill(SIGKILL);
        (void)running.wait();
        struct stat info {};
        ASSERT_EQ(::stat(file.c_str(), &info), 0) << "killed as " << i;
        EXPECT_TRUE(info.st_size == 3 || static_cast<std::uintmax_t>(info.st_size) == size) << info.st_size << ", killed as " << i;
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

}  // namespace
}  // namespace jailctl::test
