#include "jailctl/sdk/lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using namespace std::chrono_literals;
using test::error_of;
using test::Scratch;

class LockTest : public testing::Test {
protected:
    Lock take(std::chrono::seconds wait) {
        return Lock::of_jail(run.get(), JailName("Chii.domaine.com"), "backup", wait);
    }

    /// A process that holds the lock until `hold` is over or it is killed.
    pid_t holder(std::chrono::milliseconds hold) {
        Pipe ready = make_pipe();
        const pid_t pid = ::fork();
        if (pid == 0) {
            const Lock lock = take(0s);
            write_all(ready.write.get(), "x", "pipe");
            ::usleep(static_cast<useconds_t>(hold.count() * 1000));
            ::_exit(0);
        }
        char byte = 0;
        EXPECT_EQ(::read(ready.read.get(), &byte, 1), 1);
        return pid;
    }

    Scratch scratch;
    UniqueFd run = make_private_directory(scratch / "run");
};

TEST_F(LockTest, NamesItsHolder) {
    const pid_t pid = holder(60s);
    const Error error = error_of([&] { (void)take(0s); });
    EXPECT_EQ(error.code(), Errc::busy);
    const std::string expected = "Chii.domaine.com is busy: backup by pid " + std::to_string(pid) + " since ";
    EXPECT_EQ(std::string(error.what()).substr(0, expected.size()), expected);
    EXPECT_EQ(std::string(error.what()).size(), expected.size() + 5) << error.what();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_NO_THROW((void)take(0s));  // the kernel lets go of a dead holder's lock
}

TEST_F(LockTest, WaitsForTheHolder) {
    const pid_t pid = holder(300ms);
    EXPECT_NO_THROW((void)take(20s));
    ::waitpid(pid, nullptr, 0);
}

TEST_F(LockTest, ASignalEndsTheWait) {
    const pid_t pid = holder(60s);
    const pid_t waiter = ::fork();
    if (waiter == 0) {
        Interrupt::install();
        ::alarm(30);
        try {
            (void)take(60s);
        } catch (const Error& error) {
            ::_exit(error.code() == Errc::interrupted ? 0 : 2);
        }
        ::_exit(1);
    }
    ::usleep(100000);
    ::kill(waiter, SIGTERM);
    int status = 1;
    ::waitpid(waiter, &status, 0);
    EXPECT_EQ(status, 0);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

TEST_F(LockTest, JailsAndAllotmentDoNotGetInEachOthersWay) {
    const Lock one = take(0s);
    EXPECT_NO_THROW((void)Lock::of_jail(run.get(), JailName("other"), "start", 0s));
    EXPECT_NO_THROW((void)Lock::for_allotment(run.get()));
}

TEST_F(LockTest, RefusesALinkInPlaceOfTheFile) {
    scratch.write("victim", "safe");
    scratch.directory("run/locks");
    std::filesystem::create_symlink(scratch / "victim", scratch / "run/locks/chii.domaine.com.lock");
    EXPECT_EQ(test::code_thrown_by([&] { (void)take(0s); }), Errc::io);
    EXPECT_EQ(scratch.read("victim"), "safe");
}

}  // namespace
}  // namespace jailctl
