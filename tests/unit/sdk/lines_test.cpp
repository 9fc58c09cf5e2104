#include "jailctl/sdk/lines.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace jailctl {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> cut(std::size_t longest, const std::vector<std::string>& chunks) {
    std::vector<std::string> lines;
    const auto take = [&](std::string_view line) { lines.emplace_back(line); };
    LineCutter cutter(longest);
    for (const auto& chunk : chunks) cutter.add(chunk, take);
    cutter.finish(take);
    cutter.finish(take);
    return lines;
}

TEST(LineCutter, JoinsPiecesAndKeepsEmptyLines) {
    EXPECT_THAT(cut(100, {"one\ntw", "o\n\nth", "ree"}), ElementsAre("one", "two", "", "three"));
    EXPECT_THAT(cut(100, {"", "\n"}), ElementsAre(""));
    EXPECT_TRUE(cut(100, {}).empty());
}

TEST(Lines, OfATextAreThoseThatALineCutterGives) {
    EXPECT_THAT(lines_of("one\n\nthree"), ElementsAre("one", "", "three"));
    EXPECT_THAT(lines_of("one\n"), ElementsAre("one"));
    EXPECT_THAT(lines_of("\n"), ElementsAre(""));
    EXPECT_TRUE(lines_of("").empty());
}

TEST(LineCutter, ALongLineComesInParts) {
    EXPECT_THAT(cut(4, {"abcdefghij\nabcd\n"}), ElementsAre("abcd", "efgh", "ij", "abcd"));
    EXPECT_THAT(cut(4, {"ab", "cd", "e"}), ElementsAre("abcd", "e"));
}

}  // namespace
}  // namespace jailctl
