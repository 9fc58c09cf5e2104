#include <gtest/gtest.h>

#include "config/script.hpp"
#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

Origin origin_of(const Draft& draft, const char* variable, std::size_t index) {
    return draft.script().sources.origin(draft.script().environment.find(variable)->at(index));
}

TEST(Provenance, AValueKeepsThePositionsOfItsFirstWriting) {
    const Draft draft = parse_text("A=\"one\"\nA=\"$A two\"\nB=\"zero $A\"\n");
    ASSERT_EQ(draft.value("B"), "zero one two");
    EXPECT_EQ(origin_of(draft, "B", 0).line, 3);
    EXPECT_EQ(origin_of(draft, "B", 0).column, 4);
    EXPECT_EQ(origin_of(draft, "B", 5).line, 1);
    EXPECT_EQ(origin_of(draft, "B", 5).column, 4);
    EXPECT_EQ(origin_of(draft, "B", 7).column, 6);
    EXPECT_EQ(origin_of(draft, "B", 9).line, 2);
    EXPECT_EQ(origin_of(draft, "B", 9).column, 7);
}

TEST(Provenance, EscapesContinuationsAndTildesPointAtTheirText) {
    const Draft draft = parse_text("A=\\a\"b\\\nc\"~:~root/x");
    ASSERT_EQ(draft.value("A"), "abc~:/root/x");
    EXPECT_EQ(origin_of(draft, "A", 0).column, 4);
    EXPECT_EQ(origin_of(draft, "A", 2).line, 2);
    EXPECT_EQ(origin_of(draft, "A", 2).column, 1);
    for (std::size_t i = 5; i < 10; ++i) EXPECT_EQ(origin_of(draft, "A", i).column, 5);
    EXPECT_EQ(origin_of(draft, "A", 10).column, 10);
}

TEST(Provenance, AnEmptyValuePointsAtItsName) {
    const Draft draft = parse_text("\n  A=''\n");
    EXPECT_EQ(origin_of(draft, "A", 0).line, 2);
    EXPECT_EQ(origin_of(draft, "A", 0).column, 3);
}

TEST(Provenance, PartsAndTruncationKeepPositions) {
    Traced traced;
    traced.append('a', {0, 10});
    traced.append('b', {0, 11});
    traced.append_from("xyz", {1, 5});
    traced.append(traced, 1, 3);
    EXPECT_EQ(traced.text(), "abxyzbxy");
    EXPECT_EQ(traced.at(5), (Position{0, 11}));
    EXPECT_EQ(traced.at(7), (Position{1, 5}));
    const Traced part = traced.part(4, 2);
    EXPECT_EQ(part.text(), "zb");
    EXPECT_EQ(part.at(0), (Position{1, 5}));
    EXPECT_EQ(part.at(1), (Position{0, 11}));
    traced.truncate(1);
    traced.append('c', {0, 11});
    EXPECT_EQ(traced.at(1), (Position{0, 11}));
}

}  // namespace
}  // namespace jailctl::core::config::test
