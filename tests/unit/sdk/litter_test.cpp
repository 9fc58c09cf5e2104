// What may wait when it cannot be in.undone, and what stops the commands of a in.jail.
#include "jailctl/sdk/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "marking_host.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Litter : public ::testing::Test {
protected:
    static Undo waiting(const std::string& name) {
        Undo undo = MarkingHost::unmark(name);
        return litter(std::move(undo.kind), std::move(undo.arguments));
    }
    static void take_steps(Operation& operation) {
        operation.step("one", MarkingHost::unmark("matters"), [] {});
        operation.step("two", waiting("archive"), [] {});
        operation.step("three", MarkingHost::unmark("more"), [] {});
    }
    /// A command that dies in the middle of its work.
    void die_in_the_middle() {
        const pid_t pid = ::fork();
        if (pid == 0) {
            Operation operation(in, in.jail, "backup", JournalPlace::lasting);
            take_steps(operation);
            ::_exit(0);
        }
        ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
    }
    std::string journal() const { return scratch.read("state/journal/x.example"); }

    Scratch scratch;
    MarkingHost in{scratch};
};

TEST_F(Litter, LitterThatStaysIsNamedAndKeptAndBlocksNothing) {
    const std::size_t before = recovered_commands(in.jail.name).size();  // kept for the process: of other tests too
    die_in_the_middle();
    in.failing = "archive";
    recover(in, in.jail);
    EXPECT_THAT(in.undone, ElementsAre("more", "matters"));
    ASSERT_THAT(in.fake_console.warnings, SizeIs(1));
    EXPECT_THAT(in.fake_console.warnings[0], HasSubstr("cannot remove archive; the next command for x.example"));
    EXPECT_THAT(journal(), ::testing::Not(HasSubstr("matters"))) << "what is undone is not undone again";
    EXPECT_THAT(recovered_commands(in.jail.name), SizeIs(before));
    {
        Operation next(in, in.jail, "delete", JournalPlace::lasting);
        next.step("a", MarkingHost::unmark("a"), [] {});
        next.commit();
    }
    EXPECT_THAT(journal(), HasSubstr("archive"));
    EXPECT_NE(in.interrupted_command(), "");
    in.failing.clear();
    recover(in, in.jail);
    EXPECT_THAT(in.undone, ElementsAre("more", "matters", "archive"));
    EXPECT_EQ(journal(), "");
    ASSERT_THAT(recovered_commands(in.jail.name), SizeIs(before + 1));
    EXPECT_EQ(recovered_commands(in.jail.name).back(), "backup");
    EXPECT_TRUE(has_undone(in.jail.name, "mark.remove"));
    EXPECT_FALSE(has_undone(in.jail.name, "mark.make"));
}

TEST_F(Litter, WhatMattersStopsTheJailsCommands) {
    die_in_the_middle();
    in.failing = "matters";
    EXPECT_THROW(recover(in, in.jail), Error);
    EXPECT_THAT(in.undone, ElementsAre("more", "archive"));
    EXPECT_NE(journal(), "");
}

TEST_F(Litter, AFailingCommandLeavesItsLitterToTheNext) {
    in.failing = "archive";
    {
        Operation operation(in, in.jail, "backup", JournalPlace::lasting);
        take_steps(operation);
    }
    EXPECT_THAT(in.undone, ElementsAre("more", "matters"));
    EXPECT_THAT(in.fake_console.errors, ElementsAre("undoing backup: cannot remove archive"));
    EXPECT_THAT(journal(), HasSubstr("archive"));
}

/// It had its say: nobody should look for a kill.
TEST_F(Litter, ACommandThatEndedWithoutItsUndoingWasNotInterrupted) {
    for (const char* failing : {"archive", "matters"}) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            in.failing = failing;
            {
                Operation operation(in, in.jail, "backup", JournalPlace::lasting);
                take_steps(operation);
            }
            ::_exit(0);
        }
        ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
        EXPECT_EQ(in.interrupted_command(),
                  "backup by pid " + std::to_string(pid) + " has ended, but not all of what it made could be removed");
        recover(in, in.jail);
        EXPECT_EQ(journal(), "") << failing;
    }
}

TEST_F(Litter, LitterAfterTheCommitIsAnOmission) {
    in.failing = "archive";
    {
        Operation operation(in, in.jail, "upgrade", JournalPlace::lasting);
        operation.after_commit(waiting("archive"));
        operation.after_commit(MarkingHost::unmark("record"));
        operation.commit();
    }
    EXPECT_THAT(in.undone, ElementsAre("record"));
    EXPECT_THAT(in.omissions, ElementsAre("cannot remove archive; the next command for x.example tries again"));
    EXPECT_THAT(journal(), ::testing::Not(HasSubstr("record")));
}

TEST_F(Litter, ManyFailuresStackNoJournals) {
    in.failing = "archive";
    for (int failure = 0; failure < 15; ++failure) {
        die_in_the_middle();
        recover(in, in.jail);
    }
    {
        Operation operation(in, in.jail, "backup", JournalPlace::lasting);
        take_steps(operation);
    }
    EXPECT_FALSE(std::filesystem::exists(scratch / "state/journal/x.example~2"));
    const std::string kept = journal();
    EXPECT_NE(kept.find("archive"), std::string::npos);
    EXPECT_EQ(kept.find("archive"), kept.rfind("archive")) << "nothing stands twice: " << kept;
    in.failing.clear();
    in.undone.clear();
    recover(in, in.jail);
    EXPECT_THAT(in.undone, ElementsAre("archive"));
    EXPECT_EQ(journal(), "");
}

TEST_F(Litter, OfDifferentFailuresIsKeptTogether) {
    in.failing = "archive";
    die_in_the_middle();
    recover(in, in.jail);
    in.failing = "other";
    {
        Operation operation(in, in.jail, "backup", JournalPlace::lasting);
        operation.step("one", waiting("other"), [] {});
    }
    EXPECT_THAT(journal(), HasSubstr("archive"));
    recover(in, in.jail);
    EXPECT_THAT(journal(), HasSubstr("other"));
    in.failing.clear();
    recover(in, in.jail);
    EXPECT_EQ(journal(), "");
    EXPECT_FALSE(std::filesystem::exists(scratch / "state/journal/x.example~2"));
}

TEST_F(Litter, WhatAnotherProcessIsDoingIsLeftAlone) {
    Pipe begun = make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
        Operation operation(in, in.jail, "backup", JournalPlace::lasting);
        take_steps(operation);
        (void)!::write(begun.write.get(), "x", 1);
        for (;;) ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(begun.read.get(), &byte, 1), 1);
    EXPECT_TRUE(is_being_changed(in.configuration(), in.jail.name, JournalPlace::lasting));
    EXPECT_FALSE(is_being_changed(in.configuration(), in.jail.name, JournalPlace::running));
    try {
        recover(in, in.jail);
        ADD_FAILURE() << "recovered";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::busy);
        EXPECT_THAT(error.what(), HasSubstr("x.example is busy: backup by pid " + std::to_string(pid)));
    }
    EXPECT_THAT(in.undone, IsEmpty());
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_FALSE(is_being_changed(in.configuration(), in.jail.name, JournalPlace::lasting)) << "its writer is dead";
    recover(in, in.jail);
    EXPECT_THAT(in.undone, ElementsAre("more", "archive", "matters"));
}

TEST_F(Litter, WhatIsLeftOfAnyJailIsFoundListedOrNot) {
    EXPECT_THAT(interrupted_commands(in.configuration()), IsEmpty());
    die_in_the_middle();
    const auto unlisted = interrupted_commands(in.configuration());
    ASSERT_THAT(unlisted, SizeIs(1));
    EXPECT_EQ(unlisted.begin()->first, "x.example");
    EXPECT_THAT(unlisted.begin()->second, HasSubstr("backup by pid "));
    in.fake_configuration.jails.push_back(in.jail);
    EXPECT_EQ(interrupted_commands(in.configuration()), unlisted);
}

}  // namespace
}  // namespace jailctl::test
