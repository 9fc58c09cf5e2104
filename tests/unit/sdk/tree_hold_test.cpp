#include "jailctl/sdk/tree_hold.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::error_of;
using test::Scratch;

class TreeHold : public testing::Test {
protected:
    [[nodiscard]] UniqueFd open() const {
        return UniqueFd(::open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    /// A process that holds the tree until it is killed.
    pid_t holder() const {
        Pipe ready = make_pipe();
        const pid_t pid = ::fork();
        if (pid == 0) {
            hold_tree(open().get(), tree.string());
            write_all(ready.write.get(), "x", "pipe");
            ::pause();
            ::_exit(0);
        }
        char byte = 0;
        EXPECT_EQ(::read(ready.read.get(), &byte, 1), 1);
        return pid;
    }
    static void end(pid_t pid) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }

    Scratch scratch;
    std::filesystem::path tree = scratch.directory("tree");
};

TEST_F(TreeHold, IsSeenByOthersUntilItsProcessEnds) {
    EXPECT_FALSE(is_held_elsewhere(tree));
    const pid_t pid = holder();
    EXPECT_TRUE(is_held_elsewhere(tree));
    const Error error = error_of([&] { require_unheld(tree); });
    EXPECT_EQ(error.code(), Errc::busy);
    EXPECT_EQ(std::string(error.what()).find(tree.string() + " is worked on by "), 0U) << error.what();
    EXPECT_EQ(error_of([&] { hold_tree(open().get(), tree.string()); }).code(), Errc::busy);
    end(pid);
    EXPECT_FALSE(is_held_elsewhere(tree));
    EXPECT_NO_THROW(require_unheld(tree));
}

TEST_F(TreeHold, OursIsOursUntilWeLetGoOfIt) {
    hold_tree(open().get(), tree.string());
    EXPECT_NO_THROW(hold_tree(open().get(), tree.string())) << "as often as we like";
    EXPECT_FALSE(is_held_elsewhere(tree));
    const UniqueFd other = open();
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), -1);
    release_tree(open().get());
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(TreeHold, OfAHolderThatIsEndingIsWaitedFor) {
    const pid_t pid = holder();
    const pid_t killer = ::fork();
    if (killer == 0) {
        ::usleep(50000);
        ::kill(pid, SIGKILL);
        ::_exit(0);
    }
    EXPECT_NO_THROW(hold_tree(open().get(), tree.string()));
    release_tree(open().get());
    end(pid);
    ::waitpid(killer, nullptr, 0);
}

TEST_F(TreeHold, AHeldRootIsHeldNoLongerThanItWas) {
    const UniqueFd opened = open(), other = open();
    {
        const HeldRoot root(opened.get(), tree, {});
        EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), -1);
    }
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
    ::flock(other.get(), LOCK_UN);
    hold_tree(open().get(), tree.string());
    { const HeldRoot root(opened.get(), tree, {}); }
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), -1) << "it was ours before";
    release_tree(open().get());
}

TEST_F(TreeHold, ARootThatTookTheNameOfTheOneThatWasOpenedIsNotHeld) {
    const UniqueFd opened = open(), other = open();
    std::filesystem::rename(tree, scratch / "aside");
    std::filesystem::create_directory(tree);
    EXPECT_EQ(error_of([&] { const HeldRoot root(opened.get(), tree, {}); }).code(), Errc::busy);
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(TreeHold, IsWaitedForAsLongAsOneWants) {
    const pid_t pid = holder();
    const pid_t killer = ::fork();
    if (killer == 0) {
        ::usleep(300000);
        ::kill(pid, SIGKILL);
        ::_exit(0);
    }
    EXPECT_EQ(error_of([&] { require_unheld(tree); }).code(), Errc::busy);
    EXPECT_NO_THROW(require_unheld(tree, std::chrono::minutes(1)));
    end(pid);
    ::waitpid(killer, nullptr, 0);
}

/// Trees beside the root of a jail, which another configuration's commands hold.
TEST_F(TreeHold, AJailThatAnotherConfigurationWorksOnIsLeftAlone) {
    test::FakeHost host;
    const Jail jail{JailName("a.test"), {}, scratch / "a.test", {}, {}};
    tree = scratch.directory(staging_name(jail, Staging::upgrade));
    pid_t pid = holder();
    const auto start = [&] { require_nobody_at_work(host, jail, "cannot be started now", Staging::snapshot); };
    const Error error = error_of(start);
    EXPECT_EQ(error.code(), Errc::busy);
    EXPECT_TRUE(std::string(error.what()).starts_with("jail a.test cannot be started now: " + tree.string()));
    end(pid);
    tree = scratch.directory(staging_name(jail, Staging::snapshot));
    pid = holder();
    EXPECT_NO_THROW(start());
    EXPECT_EQ(error_of([&] { require_nobody_at_work(host, jail, "cannot be deleted now"); }).code(), Errc::busy);
    end(pid);
}

TEST_F(TreeHold, WhatIsNoDirectoryIsHeldByNobody) {
    scratch.write("file", "x");
    EXPECT_FALSE(is_held_elsewhere(scratch / "file"));
    EXPECT_FALSE(is_held_elsewhere(scratch / "nothing"));
}

}  // namespace
}  // namespace jailctl
