#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "support.hpp"

/// jailctl as a process: rights, descriptors, the log, a full disk.
namespace jailctl::test {
namespace {

using testing::HasSubstr;

std::string program() { return (stage() / "bin/jailctl").string(); }

class Process : public testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    Site site_{{"a.test:192.0.2.1", "b.test:192.0.2.2"}};
};

TEST_F(Process, OthersThanRootGetHelpButNothingElse) {
    const auto as_nobody = [](std::vector<std::string> words) {
        words.insert(words.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program()});
        return run_command(words);
    };
    const auto start = as_nobody({"start", "all"});
    EXPECT_EQ(start.status, 1);
    EXPECT_EQ(start.err, "jailctl: jailctl start needs root\n");
    EXPECT_EQ(as_nobody({"status"}).status, 1);
    EXPECT_EQ(as_nobody({"plugins"}).status, 1);
    EXPECT_EQ(as_nobody({"version"}).status, 0);
    EXPECT_EQ(as_nobody({"help"}).status, 0);
    EXPECT_EQ(as_nobody({"completion", "bash"}).status, 0);
}

TEST_F(Process, ClosedDescriptorsAreOpenedOnNull) {
    const auto result = run_command({"sh", "-c", program() + " version <&- >&- 2>&-; echo $?"});
    EXPECT_EQ(result.out, "0\n");
}

TEST_F(Process, OutputThatCannotBeWrittenIsAFailure) {
    const auto result = run_command({"sh", "-c", program() + " version >/dev/full"});
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.err, "jailctl: the output could not be written\n");
}

TEST_F(Process, AListingWhoseReaderHasGoneEndsAsOthersDo) {
    for (const std::string& command : {std::string("help"), "--config " + site_.config().string() + " config show"}) {
        // A fifo whose reader has gone before anything is written to it.
        const auto result =
            run_command({"bash", "-c", "exec 3> >(:); wait $!; " + program() + " " + command + " >&3; echo $?"});
        EXPECT_EQ(result.out, "141\n") << command << result.err;
        EXPECT_EQ(result.err, "") << command;
    }
}

/// Whoever has the other end of a pipe may never read: a signal is to end us all the same.
TEST_F(Process, AReaderThatReadsNothingKeepsNobodyFromEndingIt) {
    for (const int flags : {O_CLOEXEC, O_CLOEXEC | O_NONBLOCK}) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, flags), 0);
        const UniqueFd read(ends[0]), write(ends[1]);
        ASSERT_EQ(::fcntl(write.get(), F_SETFL, O_NONBLOCK), 0);
        const std::string some(4096, 'x');
        while (::write(write.get(), some.data(), some.size()) > 0) continue;
        ASSERT_EQ(::fcntl(write.get(), F_SETFL, flags & O_NONBLOCK), 0);
        Program listing;
        listing.path = program();
        listing.arguments = {"--config", site_.config().string(), "config", "show"};
        listing.stdout_fd = write.get();
        ChildProcess child = spawn(listing, STDERR_FILENO);
        ::usleep(100'000);  // it has come to its first line by now, or ends by the signal before that
        child.kill(SIGTERM);
        pollfd ended{child.handle(), POLLIN, 0};
        ASSERT_EQ(::poll(&ended, 1, 60'000), 1) << "it still waits for a reader";
        EXPECT_EQ(child.wait().signal, SIGTERM);
    }
}

TEST_F(Process, WhatCouldNotBeWrittenIsToldWhateverElseWentWrong) {
    const auto result = run_command({"sh", "-c", program() + " --json --config " + site_.config().string() +
                                                     " start a.test >/dev/full"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("jailctl: the output could not be written\n"));
}

TEST_F(Process, SeveralJailsEndWithATable) {
    const auto result = site_.jailctl({"start", "all"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("jail    result             time  reason\n"));
    EXPECT_THAT(result.out, HasSubstr("a.test  failed"));
    EXPECT_THAT(result.out, HasSubstr("b.test  failed"));
    EXPECT_THAT(result.err, HasSubstr("a.test: error: "));
    EXPECT_THAT(result.err, HasSubstr("b.test: error: "));
    const auto document = site_.json({"start", "all"});
    EXPECT_EQ(document["status"].num(), 1);
    ASSERT_EQ(document["jails"].items().size(), 2U);
    EXPECT_EQ(document["jails"].items()[0]["name"].str(), "a.test");
    EXPECT_EQ(document["jails"].items()[0]["result"].str(), "failed");
    ASSERT_EQ(document["errors"].items().size(), 2U);
    EXPECT_EQ(document["errors"].items()[1]["jail"].str(), "b.test");
}

TEST_F(Process, ListsFollowTheOrderOfJails) {
    const auto document = site_.json({"start", "b.test", "a.test", "b.test"});
    ASSERT_EQ(document["jails"].items().size(), 2U);
    EXPECT_EQ(document["jails"].items()[0]["name"].str(), "a.test");
}

TEST_F(Process, ChangesAreLoggedPrivatelyAndLinksAreNotFollowed) {
    EXPECT_EQ(site_.jailctl({"start", "a.test"}).status, 1);
    struct stat status {};
    ASSERT_EQ(::stat((site_.path() / "log").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_THAT(slurp(site_.path() / "log"), HasSubstr("error start a.test: "));
    std::filesystem::remove(site_.path() / "log");
    spit(site_.path() / "elsewhere", "");
    std::filesystem::create_symlink("elsewhere", site_.path() / "log");
    const auto result = site_.jailctl({"start", "a.test"});
    EXPECT_THAT(result.err, HasSubstr("warning: cannot open the log "));
    EXPECT_EQ(slurp(site_.path() / "elsewhere"), "");
    EXPECT_EQ(site_.jailctl({"status"}).err, "") << "what only reads does not need the log";
}

TEST_F(Process, ABusyJailNamesItsHolder) {
    std::filesystem::create_directory(site_.run_dir() / "locks");
    ::chmod((site_.run_dir() / "locks").c_str(), 0700);
    spit(site_.run_dir() / "locks/a.test.lock", R"({"command":"backup","pid":4121,"since":1000000000})", 0600);
    const auto lock = (site_.run_dir() / "locks/a.test.lock").string();
    const auto result = run_command({"flock", lock, program(), "--config", site_.config().string(), "start", "a.test"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("a.test is busy: backup by pid 4121 since "));
}

TEST_F(Process, ASignalWhileWaitingEndsByThatSignal) {
    std::filesystem::create_directory(site_.run_dir() / "locks");
    ::chmod((site_.run_dir() / "locks").c_str(), 0700);
    for (const auto* jails : {"a.test", "all"}) {
        const auto script = "timeout --preserve-status -s TERM 1 " + program() + " --config " +
                            site_.config().string() + " --wait 60 start " + jails;
        const auto lock = (site_.run_dir() / "locks/a.test.lock").string();
        const auto result = run_command({"flock", lock, "sh", "-c", script + "; echo $?"});
        EXPECT_THAT(result.out, testing::EndsWith("143\n")) << result.err;
        EXPECT_THAT(result.err, HasSubstr("interrupted by signal 15"));
    }
}

}  // namespace
}  // namespace jailctl::test
