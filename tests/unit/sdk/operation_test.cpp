#include "jailctl/sdk/operation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jailctl/testing/thrown.hpp"
#include "marking_host.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;
using testing::ElementsAre;
using testing::IsEmpty;

class OperationTest : public testing::TestWithParam<JournalPlace> {
protected:
    Operation begin(const std::string& command = "create") { return Operation(in, in.jail, command, GetParam()); }
    void take(Operation& operation, const std::string& name) {
        operation.step("make " + name, test::MarkingHost::unmark(name), [&] { in.mark(name); });
    }
    [[nodiscard]] std::filesystem::path journal() const {
        return scratch.path() / (GetParam() == JournalPlace::lasting ? "state" : "run") / "journal/x.example";
    }

    test::Scratch scratch;
    test::MarkingHost in{scratch};
};

TEST_P(OperationTest, WithoutCommitTheStepsAreUndoneNewestFirst) {
    {
        Operation operation = begin();
        for (const char* name : {"a", "b", "c"}) take(operation, name);
        EXPECT_EQ(in.marks(), "a b c");
        EXPECT_TRUE(std::filesystem::exists(journal()));
    }
    EXPECT_THAT(in.undone, ElementsAre("c", "b", "a"));
    EXPECT_EQ(in.marks(), "");
    EXPECT_FALSE(std::filesystem::exists(journal()));
}

TEST_P(OperationTest, TheStepThatFailsIsUndoneTooAndNamed) {
    const Error error = error_of([&] {
        Operation operation = begin();
        take(operation, "a");
        operation.step("make b", test::MarkingHost::unmark("b"), [&] {
            in.mark("b");
            throw Error(Errc::no_space, "disk full");
        });
    });
    EXPECT_EQ(error.step(), "make b");
    EXPECT_EQ(error.jail(), "x.example");
    EXPECT_THAT(in.undone, ElementsAre("b", "a"));
}

TEST_P(OperationTest, TheUndoIsOnDiskBeforeTheStepActs) {
    Operation operation = begin();
    operation.step("make a", test::MarkingHost::unmark("a"), [&] {
        const std::string text = scratch.read(std::filesystem::relative(journal(), scratch.path()).string());
        EXPECT_NE(text.find("\"mark.remove\""), std::string::npos) << text;
        EXPECT_EQ(text.back(), '\n');
    });
}

TEST_P(OperationTest, ACommitKeepsEverythingAndFinishes) {
    Operation operation = begin();
    take(operation, "old");
    take(operation, "new");
    operation.after_commit(test::MarkingHost::unmark("old"));
    operation.commit();
    EXPECT_EQ(in.marks(), "new");
    EXPECT_FALSE(std::filesystem::exists(journal()));
    EXPECT_THAT(in.omissions, IsEmpty());
}

TEST_P(OperationTest, AFailingFinishIsAnOmissionAndLeftToTheNextCommand) {
    in.failing = "old";
    {
        Operation operation = begin("delete");
        take(operation, "old");
        operation.after_commit(test::MarkingHost::unmark("old"));
        operation.commit();
    }
    ASSERT_EQ(in.omissions.size(), 1U);
    EXPECT_NE(in.omissions[0].find("cannot remove old"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(journal()));
}

TEST_P(OperationTest, AFailingUndoStopsThereAndKeepsTheJournal) {
    in.failing = "b";
    {
        Operation operation = begin();
        for (const char* name : {"a", "b", "c"}) take(operation, name);
    }
    EXPECT_THAT(in.undone, ElementsAre("c"));  // a may be unsafe to undo while b stands
    EXPECT_THAT(in.fake_console.errors, ElementsAre("undoing create: cannot remove b"));
    EXPECT_TRUE(std::filesystem::exists(journal()));
}

TEST_P(OperationTest, OperationsNest) {
    Operation outer = begin("upgrade");
    take(outer, "a");
    {
        Operation inner = begin("start");
        take(inner, "b");
    }
    EXPECT_EQ(in.marks(), "a");
    outer.commit();
    EXPECT_FALSE(std::filesystem::exists(journal()));
}

TEST_P(OperationTest, NothingIsWrittenWhereNothingIsToUndo) {
    Operation operation = begin();
    operation.step("look", [] {});
    operation.commit();
    EXPECT_FALSE(std::filesystem::exists(journal().parent_path()));
}

TEST_P(OperationTest, ADryRunPrintsTheStepsAndDoesNone) {
    in.fake_options.dry_run = true;
    {
        Operation operation = begin();
        EXPECT_TRUE(operation.dry_run());
        take(operation, "a");
        operation.step("publish it", [&] { in.mark("b"); });
        operation.after_commit(test::MarkingHost::unmark("a"));
        operation.commit();
    }
    EXPECT_THAT(in.fake_console.lines, ElementsAre("would make a", "would publish it"));
    EXPECT_EQ(in.marks(), "");
    EXPECT_THAT(in.undone, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(journal().parent_path()));
}

TEST_P(OperationTest, AnUnknownKindOfUndoIsReported) {
    {
        Operation operation = begin();
        operation.step("odd", Undo{"nobody.knows", {}}, [] {});
    }
    ASSERT_EQ(in.fake_console.errors.size(), 1U);
    EXPECT_NE(in.fake_console.errors[0].find("nobody.knows"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(journal()));
}

INSTANTIATE_TEST_SUITE_P(Places, OperationTest, testing::Values(JournalPlace::lasting, JournalPlace::running),
                         [](const auto& each) { return each.param == JournalPlace::lasting ? "lasting" : "running"; });

}  // namespace
}  // namespace jailctl
