#include "watchdog.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "jailctl/testing/scratch.hpp"

namespace jailctl::lifecycle {
namespace {

using namespace std::chrono_literals;

/// What is written to the file within ten seconds.
std::string written(const std::filesystem::path& file) {
    for (int i = 0; i < 1000; ++i, ::usleep(10'000))
        if (std::string text = test::slurp(file); !text.empty()) return text;
    return {};
}

TEST(Watchdog, OutlivesAKillOfTheWholeGroupHoweverSoonItComes) {
    const test::Scratch scratch;
    for (int i = 0; i < 50; ++i) {
        const auto path = scratch.path() / std::to_string(i);
        const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        const pid_t owner = ::fork();
        if (owner == 0) {
            ::setpgid(0, 0);
            const Watchdog watchdog(file.get(), "acted", 60s);
            ::kill(0, SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(owner, &status, 0), owner);
        ASSERT_TRUE(WIFSIGNALED(status));
        ASSERT_EQ(written(path), "acted") << "after " << i;
    }
}

TEST(Watchdog, DismissedItDoesNothing) {
    const test::Scratch scratch;
    const UniqueFd file(::open((scratch.path() / "file").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    Watchdog watchdog(file.get(), "acted", 60s);
    EXPECT_TRUE(watchdog.dismiss());
    EXPECT_EQ(test::slurp(scratch.path() / "file"), "");
}

}  // namespace
}  // namespace jailctl::lifecycle
