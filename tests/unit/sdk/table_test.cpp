#include "jailctl/sdk/table.hpp"

#include <gmock/gmock.h>

namespace jailctl {
namespace {

using testing::ElementsAre;

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    EXPECT_THAT(in_columns({{"a", "bb", "c"}, {"aaa", "b", "c"}}), ElementsAre("a    bb  c", "aaa  b   c"));
    EXPECT_THAT(in_columns({{"a", "b", "c"}}), ElementsAre("a  b  c"));
    EXPECT_THAT(in_columns({}), ElementsAre());
}

TEST(Table, WhatNobodyHasTakesNoRoomAndNoLineEndsInBlanks) {
    EXPECT_THAT(in_columns({{"a", "", "c"}, {"aa", "", ""}}), ElementsAre("a   c", "aa"));
    EXPECT_THAT(in_columns({{"a", "b"}, {"a"}, {"", "b"}, {}}), ElementsAre("a  b", "a", "   b", ""));
}

}  // namespace
}  // namespace jailctl
