#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

using testing::HasSubstr;

struct Accepted {
    std::string text, value;
};
struct Rejected {
    std::string text;
    int line, column;
    std::string sentence, advice;
};

const std::vector<Accepted> accepted{
#define ACCEPT(...) {__VA_ARGS__},
#include "accepted.inc"
#undef ACCEPT
};
const std::vector<Rejected> rejected{
#define REJECT(...) {__VA_ARGS__},
#include "rejected.inc"
#undef REJECT
};

TEST(Grammar, TheTableIsLargeEnoughToDefineIt) { EXPECT_GE(accepted.size() + rejected.size(), 200U); }

TEST(Grammar, AcceptedRowsHaveTheValueOfSh) {
    for (const auto& row : accepted) {
        SCOPED_TRACE(row.text);
        const Draft draft = parse_text(row.text);
        EXPECT_TRUE(draft.ok()) << texts(draft.diagnostics());
        EXPECT_EQ(draft.value("A"), row.value);
    }
}

TEST(Grammar, RejectedRowsSayWhereAndWhatToDo) {
    for (const auto& row : rejected) {
        SCOPED_TRACE(row.text);
        const Draft draft = parse_text(row.text);
        ASSERT_FALSE(draft.ok());
        const Diagnostic* first = nullptr;
        for (const auto& diagnostic : draft.diagnostics())
            if (first == nullptr && diagnostic.severity == Severity::error) first = &diagnostic;
        EXPECT_EQ(first->origin.line, row.line) << first->text();
        EXPECT_EQ(first->origin.column, row.column) << first->text();
        EXPECT_THAT(first->sentence, HasSubstr(row.sentence));
        EXPECT_THAT(first->advice, HasSubstr(row.advice));
        EXPECT_EQ(first->caret.back(), '^');
    }
}

TEST(Grammar, ADiagnosticHasPositionLineCaretAndAdvice) {
    const Draft draft = parse_text("IF=em0\n\tB=x A+=\"b\"\n");
    ASSERT_EQ(draft.diagnostics().size(), 1U);
    EXPECT_EQ(draft.diagnostics()[0].text(),
              "/etc/jails.conf:2:7: error: `+=` is not sh: some shells skip the line silently\n"
              "\tB=x A+=\"b\"\n"
              "\t     ^\n"
              "write A=\"$A ...\"");
}

TEST(Grammar, ColumnsCountCharactersAndLongLinesAreCut) {
    const Draft draft = parse_text("A='é日' B+=1");
    EXPECT_EQ(draft.diagnostics()[0].origin.column, 9);
    EXPECT_EQ(draft.diagnostics()[0].caret, "         ^") << "the second takes two columns of a terminal";
    EXPECT_EQ(parse_text("A='e\u0301' B+=1").diagnostics()[0].caret, "       ^") << "the accent none";

    const Draft wide = parse_text("A=" + std::string(5000, 'x') + " B+=1 C=" + std::string(5000, 'y'));
    const auto& diagnostic = wide.diagnostics()[0];
    EXPECT_EQ(diagnostic.origin.column, 5005);
    EXPECT_LT(diagnostic.source.size(), 200U);
    EXPECT_EQ(diagnostic.source[diagnostic.caret.size() - 1], '+');
}

TEST(Grammar, ControlBytesOfTheFileAreEscapedInTheSourceLine) {
    const Draft draft = parse_text("A='\x1b[2J' B+=1");
    EXPECT_THAT(draft.diagnostics()[0].source, HasSubstr("\\x1b"));
    EXPECT_EQ(draft.diagnostics()[0].source[draft.diagnostics()[0].caret.size() - 1], '+');
}

TEST(Grammar, CarriageReturnsAtLineEndsAreDroppedWithOneWarning) {
    const Draft draft = parse_text("A='a\r\nb'\r\nB=1\\\r\n2\r\nC=x\ry\r");
    EXPECT_TRUE(draft.ok());
    EXPECT_EQ(draft.value("A"), "a\nb");
    EXPECT_EQ(draft.value("B"), "12");
    EXPECT_EQ(draft.value("C"), "x\ry");
    ASSERT_EQ(draft.diagnostics().size(), 1U);
    EXPECT_THAT(draft.diagnostics()[0].sentence, HasSubstr("carriage return"));
}

TEST(Grammar, AnUnsetVariableIsEmptyAndWarnedAbout) {
    const Draft draft = parse_text("A=\"$JALIS x\"\nB=${C-fine}\n");
    EXPECT_TRUE(draft.ok());
    ASSERT_EQ(draft.diagnostics().size(), 1U);
    EXPECT_EQ(draft.diagnostics()[0].severity, Severity::warning);
    EXPECT_EQ(draft.diagnostics()[0].origin.column, 4);
}

TEST(Grammar, EveryBrokenLineIsReportedAndTheOthersStillCount) {
    const Draft draft = parse_text("A+=1\nB=2\ndate\nC=`x`\nD=4\n");
    EXPECT_EQ(draft.diagnostics().size(), 3U);
    EXPECT_EQ(draft.value("B"), "2");
    EXPECT_EQ(draft.value("D"), "4");
}

TEST(Grammar, AnErrorInAnAppendingLineLeavesTheValueAsItWas) {
    const Draft draft = parse_text("A=1\nA=\"$A x `y`\"\n");
    EXPECT_FALSE(draft.ok());
    EXPECT_EQ(draft.value("A"), "1");
}

TEST(Grammar, OnlyTheFileAssigns) {
    ASSERT_EQ(::setenv("JAILCTL_TEST_X", "from outside", 1), 0);
    EXPECT_EQ(parse_text("A=$JAILCTL_TEST_X").value("A"), "");
}

TEST(Grammar, FilesThatGrowWithoutBoundAreStopped) {
    std::string doubling = "A=xxxxxxxxxxxxxxxx\n";
    for (int i = 0; i < 40; ++i) doubling += "A=$A$A\n";
    EXPECT_THAT(texts(parse_text(doubling).diagnostics()), HasSubstr("past 1 MiB"));

    std::string many = "A=" + std::string(900000, 'x') + '\n';
    for (int i = 0; i < 100; ++i) many += "B" + std::to_string(i) + "=$A\n";
    EXPECT_THAT(texts(parse_text(many).diagnostics()), HasSubstr("64 MiB"));

    std::string deep = "A=";
    for (int i = 0; i < 1000; ++i) deep += "${X-";
    EXPECT_THAT(texts(parse_text(deep).diagnostics()), HasSubstr("64 deep"));
}

}  // namespace
}  // namespace jailctl::core::config::test
