#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <functional>

#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/testing/thrown.hpp"
#include "marking_host.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;
using test::MarkingHost;
using testing::ElementsAre;
using testing::IsEmpty;

class RecoverTest : public testing::Test {
protected:
    void take(Operation& operation, const std::string& name) {
        operation.step("make " + name, MarkingHost::unmark(name), [&] { in.mark(name); });
    }

    /// A change as delete makes one: marks on the way, work after the commit.
    void change(JournalPlace place) {
        Operation operation(in, in.jail, "upgrade", place);
        take(operation, "staging");
        take(operation, "new");
        operation.after_commit(MarkingHost::unmark("staging"));
        operation.commit();
    }

    /// Runs `body` in a child that dies at its n-th journal point. @return whether it was killed
    static bool killed_at(int n, const std::function<void()>& body) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::setenv("JAILCTL_FAULT", ("kill:" + std::to_string(n)).c_str(), 1);
            body();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    [[nodiscard]] bool journals_left() const {
        for (const char* place : {"state/journal", "run/journal"}) {
            const auto folder = scratch / place;
            if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder)) return true;
        }
        return false;
    }

    test::Scratch scratch;
    MarkingHost in{scratch};
};

TEST_F(RecoverTest, AKillAtAnyPointEndsBeforeOrAfterTheChange) {
    for (const JournalPlace place : {JournalPlace::lasting, JournalPlace::running}) {
        bool undone = false, finished = false;
        int n = 1;
        for (; killed_at(n, [&] { change(place); }); ++n) {
            recover(in, in.jail);
            EXPECT_FALSE(journals_left()) << n;
            const std::string marks = in.marks();
            EXPECT_TRUE(marks.empty() || marks == "new") << "kill " << n << " left " << marks;
            undone |= marks.empty();
            finished |= marks == "new";
            std::filesystem::remove(scratch / "marks/new");
        }
        EXPECT_GE(n, 9);
        EXPECT_TRUE(undone && finished);
        EXPECT_EQ(in.marks(), "new");
        std::filesystem::remove(scratch / "marks/new");
    }
}

TEST_F(RecoverTest, AKillDuringTheRecoveryIsRecoveredToo) {
    for (int n = 1;; ++n) {
        ASSERT_TRUE(killed_at(6, [&] { change(JournalPlace::lasting); }));
        const bool again = killed_at(n, [&] { recover(in, in.jail); });
        recover(in, in.jail);
        EXPECT_FALSE(journals_left()) << n;
        EXPECT_EQ(in.marks(), "") << n;
        if (!again) break;
    }
}

TEST_F(RecoverTest, TheFaultHookIsDeadOutsideATestsDirectory) {
    const std::string plain = "/var/tmp/plain-" + std::to_string(::getpid());
    std::filesystem::create_directory(plain);
    // The same state, but a configuration file elsewhere.
    in.fake_configuration.file = plain + "/jails.conf";
    EXPECT_FALSE(killed_at(1, [&] { change(JournalPlace::lasting); }));
    std::filesystem::remove(plain);
}

TEST_F(RecoverTest, SaysWhatItDoesAndWhatIsLeft) {
    EXPECT_EQ(in.interrupted_command(), "");
    ASSERT_TRUE(killed_at(5, [&] { change(JournalPlace::lasting); }));
    const std::string left = in.interrupted_command();
    EXPECT_THAT(left, testing::MatchesRegex("upgrade by pid [0-9]+ was interrupted"));
    recover(in, in.jail);
    EXPECT_THAT(in.fake_console.infos, ElementsAre("Undoing the interrupted upgrade of jail x.example..."));
    EXPECT_EQ(in.interrupted_command(), "");
}

TEST_F(RecoverTest, ADryRunChangesNothing) {
    ASSERT_TRUE(killed_at(6, [&] { change(JournalPlace::lasting); }));
    const std::string before = in.marks();
    in.fake_options.dry_run = true;
    recover(in, in.jail);
    EXPECT_THAT(in.fake_console.lines, ElementsAre("would undo the interrupted upgrade of jail x.example"));
    EXPECT_EQ(in.marks(), before);
    EXPECT_TRUE(journals_left());
}

TEST_F(RecoverTest, NestedOperationsAreUndoneInnermostFirst) {
    EXPECT_TRUE(killed_at(11, [&] {
        Operation outer(in, in.jail, "upgrade", JournalPlace::lasting);
        take(outer, "a");
        Operation inner(in, in.jail, "backup", JournalPlace::lasting);
        take(inner, "b");
        Operation start(in, in.jail, "start", JournalPlace::running);
        take(start, "c");
        take(start, "d");
    }));
    recover(in, in.jail);
    EXPECT_THAT(in.undone, ElementsAre("d", "c", "b", "a"));
    EXPECT_FALSE(journals_left());
}

TEST_F(RecoverTest, AFailingUndoKeepsTheJournalForTheNextCommand) {
    ASSERT_TRUE(killed_at(6, [&] { change(JournalPlace::lasting); }));
    in.failing = "staging";
    const Error error = error_of([&] { recover(in, in.jail); });
    EXPECT_EQ(error.code(), Errc::busy);
    EXPECT_TRUE(journals_left());
    EXPECT_EQ(code_thrown_by([&] { change(JournalPlace::lasting); }), Errc::busy);
    in.failing.clear();
    recover(in, in.jail);
    EXPECT_FALSE(journals_left());
}

TEST_F(RecoverTest, AWriterThatLivesIsNoLeftover) {
    Operation operation(in, in.jail, "create", JournalPlace::lasting);
    take(operation, "a");
    EXPECT_EQ(in.interrupted_command(), "");
    recover(in, in.jail);
    EXPECT_THAT(in.undone, IsEmpty());
    operation.commit();
    EXPECT_EQ(in.marks(), "a");
}

TEST_F(RecoverTest, APidThatBelongsToAnotherProcessNowIsALeftover) {
    scratch.write("state/journal/x.example",
                  R"({"format":1,"command":"create","jail":"x.example","pid":)" + std::to_string(::getpid()) +
                      R"(,"pid_start":1,"boot_id":"elsewhere","started":1})"
                      "\n");
    EXPECT_NE(in.interrupted_command(), "");
    recover(in, in.jail);
    EXPECT_FALSE(journals_left());
}

TEST_F(RecoverTest, ATornLastLineWasNeverActedOn) {
    const std::string head =
        R"({"format":1,"command":"create","jail":"x.example","pid":1,"pid_start":1,"boot_id":"b"})";
    in.mark("a");
    in.mark("b");
    scratch.write("state/journal/x.example",
                  head + "\n" + R"({"step":"a","undo":{"kind":"mark.remove","arguments":{"name":"a"}}})" + "\n" +
                      R"({"step":"b","undo":{"kind":"mark.rem)");
    recover(in, in.jail);
    EXPECT_EQ(in.marks(), "b");
    scratch.write("state/journal/x.example", head.substr(0, 20));
    recover(in, in.jail);
    EXPECT_FALSE(journals_left());
}

TEST_F(RecoverTest, AnUnreadableJournalIsReportedAndNeverDeleted) {
    for (const char* text : {"not json\n", "{}\n", "{\"format\":2}\n", "{\"format\":1}\n{\"what\":1}\n"}) {
        scratch.write("state/journal/x.example", text);
        EXPECT_EQ(code_thrown_by([&] { recover(in, in.jail); }), Errc::damaged) << text;
        EXPECT_EQ(scratch.read("state/journal/x.example"), text);
        EXPECT_NE(in.interrupted_command().find("cannot be read"), std::string::npos);
    }
}

TEST_F(RecoverTest, InterruptionsTellWhatOfThemCanBeCleanedUp) {
    EXPECT_TRUE(interruptions(in.configuration()).empty());
    scratch.write("state/journal/x.example", "{\"form");
    auto left = interruptions(in.configuration());
    ASSERT_EQ(left.size(), 1U);
    EXPECT_TRUE(left.at("x.example").readable);
    EXPECT_FALSE(left.at("x.example").begun);
    EXPECT_EQ(in.interrupted_command(), "") << "status need not tell";
    scratch.write(
        "run/journal/x.example",
        "{\"format\":1,\"command\":\"start\",\"jail\":\"x.example\",\"pid\":1,\"pid_start\":1,\"boot_id\":\"b\"}\n");
    left = interruptions(in.configuration());
    EXPECT_TRUE(left.at("x.example").begun);
    EXPECT_EQ(left.at("x.example").sentence, "start by pid 1 was interrupted");
    EXPECT_EQ(interrupted_commands(in.configuration()).size(), 1U);
    scratch.write("state/journal/x.example",
                  "{\"format\":1,\"command\":\"create\",\"jail\":\"x.example\","
                  "\"pid\":1,\"pid_start\":1,\"boot_id\":\"b\"}\n");
    EXPECT_EQ(interruptions(in.configuration()).at("x.example").sentence, "create by pid 1 was interrupted")
        << "what ran in it tells less";
    recover(in, in.jail);
    EXPECT_TRUE(interruptions(in.configuration()).empty());
    scratch.write("state/journal/x.example", "not json\n");
    left = interruptions(in.configuration());
    EXPECT_FALSE(left.at("x.example").readable);
    EXPECT_NE(left.at("x.example").hint, "");
}

}  // namespace
}  // namespace jailctl
