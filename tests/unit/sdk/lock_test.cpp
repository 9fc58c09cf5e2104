#include "jailctl/sdk/lock.hpp"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <csignal>

#include "flocks.hpp"
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

TEST_F(LockTest, WhoWorksOnAJailIsToldWithoutTakingItsLock) {
    Configuration configuration;
    configuration.settings.set("RUN_DIR", {(scratch / "run").string(), {}, true});
    EXPECT_TRUE(jails_in_work(configuration, file_clock_now()).empty());
    const auto before = file_clock_now();
    const pid_t pid = holder(60s);
    const auto after = file_clock_now() + 1s;
    const auto held = jails_in_work(configuration, after);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held.begin()->first, "chii.domaine.com");
    EXPECT_EQ(held.begin()->second.substr(0, 14), "backup by pid ");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_TRUE(jails_in_work(configuration, after).empty());
    EXPECT_EQ(jails_in_work(configuration, before).size(), 1U) << "it was taken since";
    EXPECT_EQ(jails_worked_on(configuration), std::vector<std::string>{"chii.domaine.com"});
    const Lock ours = take(0s);
    EXPECT_TRUE(jails_in_work(configuration, before).empty()) << "our own is in nobody's way";
}

TEST(Flocks, AreReadFromTheKernelsTable) {
    const auto locks = parse_flocks("1: FLOCK  ADVISORY  WRITE 708 00:1b:1234 0 EOF\n"
                                    "1: -> FLOCK  ADVISORY  WRITE 709 00:1b:1234 0 EOF\n"
                                    "2: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF\n3: FLOCK\n\n");
    ASSERT_EQ(locks.size(), 1U);
    EXPECT_EQ(locks[0].pid, 708);
    EXPECT_EQ(locks[0].inode, 1234U);
    EXPECT_EQ(locks[0].device, makedev(0, 0x1b));
}

}  // namespace
}  // namespace jailctl
