// What may wait when it cannot be undone, and what stops the commands of a jail.
#include "jailctl/sdk/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Recovery : public ::testing::Test {
protected:
    void SetUp() override {
        scratch.use_for(in.fake_configuration);
        in.undoer("test.note", [this](Invocation&, const Jail&, const Value& arguments) {
            const std::string name = arguments["name"].str();
            if (name == failing) throw Error(Errc::io, "cannot remove " + name);
            undone.push_back(name);
        });
    }
    static Value named(const std::string& name) { return Value::object().set("name", name); }
    static void take_steps(Operation& operation) {
        operation.step("one", Undo{"test.note", named("matters")}, [] {});
        operation.step("two", litter("test.note", named("archive")), [] {});
        operation.step("three", Undo{"test.note", named("more")}, [] {});
    }
    /// A command that dies in the middle of its work.
    void die_in_the_middle() {
        const pid_t pid = ::fork();
        if (pid == 0) {
            Operation operation(in, jail, "backup", JournalPlace::lasting);
            take_steps(operation);
            ::_exit(0);
        }
        ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
    }
    std::string journal() const { return scratch.read("state/journal/x.example"); }

    Scratch scratch;
    FakeHost in;
    Jail jail{JailName("x.example"), {}, "/nowhere/x.example", {}, {}};
    std::string failing;
    std::vector<std::string> undone;
};

TEST_F(Recovery, LitterThatStaysIsNamedAndKeptAndBlocksNothing) {
    die_in_the_middle();
    failing = "archive";
    recover(in, jail);
    EXPECT_THAT(undone, ElementsAre("more", "matters"));
    ASSERT_THAT(in.fake_console.warnings, SizeIs(1));
    EXPECT_THAT(in.fake_console.warnings[0], HasSubstr("cannot remove archive; the next command for x.example"));
    EXPECT_THAT(journal(), ::testing::Not(HasSubstr("matters"))) << "what is undone is not undone again";
    EXPECT_THAT(recovered_commands(jail.name), IsEmpty());
    {
        Operation next(in, jail, "delete", JournalPlace::lasting);
        next.step("a", Undo{"test.note", named("a")}, [] {});
        next.commit();
    }
    EXPECT_THAT(journal(), HasSubstr("archive"));
    EXPECT_NE(interrupted_command(in.configuration(), jail.name), "");
    failing.clear();
    recover(in, jail);
    EXPECT_THAT(undone, ElementsAre("more", "matters", "archive"));
    EXPECT_EQ(journal(), "");
    EXPECT_THAT(recovered_commands(jail.name), ElementsAre("backup"));
}

TEST_F(Recovery, WhatMattersStopsTheJailsCommands) {
    die_in_the_middle();
    failing = "matters";
    EXPECT_THROW(recover(in, jail), Error);
    EXPECT_THAT(undone, ElementsAre("more", "archive"));
    EXPECT_NE(journal(), "");
}

TEST_F(Recovery, AFailingCommandLeavesItsLitterToTheNext) {
    failing = "archive";
    {
        Operation operation(in, jail, "backup", JournalPlace::lasting);
        take_steps(operation);
    }
    EXPECT_THAT(undone, ElementsAre("more", "matters"));
    EXPECT_THAT(in.fake_console.errors, ElementsAre("undoing backup: cannot remove archive"));
    EXPECT_THAT(journal(), HasSubstr("archive"));
}

TEST_F(Recovery, LitterAfterTheCommitIsAnOmission) {
    failing = "archive";
    {
        Operation operation(in, jail, "upgrade", JournalPlace::lasting);
        operation.after_commit(litter("test.note", named("archive")));
        operation.after_commit(Undo{"test.note", named("record")});
        operation.commit();
    }
    EXPECT_THAT(undone, ElementsAre("record"));
    EXPECT_THAT(in.omissions, ElementsAre("cannot remove archive; the next command for x.example tries again"));
    EXPECT_THAT(journal(), ::testing::Not(HasSubstr("record")));
}

TEST_F(Recovery, WhatAnotherProcessIsDoingIsLeftAlone) {
    Pipe begun = make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
        Operation operation(in, jail, "backup", JournalPlace::lasting);
        take_steps(operation);
        (void)!::write(begun.write.get(), "x", 1);
        for (;;) ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(begun.read.get(), &byte, 1), 1);
    try {
        recover(in, jail);
        ADD_FAILURE() << "recovered";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::busy);
        EXPECT_THAT(error.what(), HasSubstr("x.example is busy: backup by pid " + std::to_string(pid)));
    }
    EXPECT_THAT(undone, IsEmpty());
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    recover(in, jail);
    EXPECT_THAT(undone, ElementsAre("more", "archive", "matters"));
}

TEST_F(Recovery, WhatIsLeftOfAnyJailIsFoundListedOrNot) {
    EXPECT_THAT(interrupted_commands(in.configuration()), IsEmpty());
    die_in_the_middle();
    const auto unlisted = interrupted_commands(in.configuration());
    ASSERT_THAT(unlisted, SizeIs(1));
    EXPECT_EQ(unlisted.begin()->first, "x.example");
    EXPECT_THAT(unlisted.begin()->second, HasSubstr("backup by pid "));
    in.fake_configuration.jails.push_back(jail);
    EXPECT_EQ(interrupted_commands(in.configuration()), unlisted);
}

}  // namespace
}  // namespace jailctl::test
