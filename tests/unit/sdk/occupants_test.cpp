#include "jailctl/sdk/occupants.hpp"

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jailctl/sdk/scoped.hpp"
#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {
namespace {

TEST(Occupants, AProcessIsFoundByTheDirectoryItRunsIn) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: chroot is what is tested";
    const Scratch scratch;
    scratch.write("jails/a/etc/passwd", "");
    const auto root = scratch / "jails/a";
    EXPECT_EQ(process_in_root(root), std::nullopt);
    EXPECT_EQ(process_in_root(scratch / "jails/none"), std::nullopt);
    Pipe ready = make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::chroot(root.c_str()) != 0 || ::write(ready.write.get(), "x", 1) != 1) ::_exit(1);
        for (;;) ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(ready.read.get(), &byte, 1), 1);
    EXPECT_EQ(process_in_root(root), pid);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(process_in_root(root), std::nullopt);
}

}  // namespace
}  // namespace jailctl::test
