#include "patterns.hpp"

#include <gmock/gmock.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::restic {
namespace {

using testing::ElementsAre;

std::vector<std::string> patterns(std::string_view pattern) { return restic_patterns(pattern, "/v"); }

TEST(ResticPatterns, APathFromTheTopIsOnePath) {
    EXPECT_THAT(patterns("./var/log"), ElementsAre("/v/var/log"));
}

TEST(ResticPatterns, ANameIsLookedForInEveryDirectory) {
    EXPECT_THAT(patterns("core"), ElementsAre("/v/**/core"));
    EXPECT_THAT(patterns("cache/tmp"), ElementsAre("/v/**/cache/tmp"));
}

TEST(ResticPatterns, AStarAtTheEndKeepsTheDirectory) {
    EXPECT_THAT(patterns("./var/cache/*"), ElementsAre("/v/var/cache/*"));
    EXPECT_THAT(patterns("./var/cache/**"), ElementsAre("/v/var/cache/*")) << "several stars are one";
}

TEST(ResticPatterns, AStarBeforeANameNeedsNoSecondReading) {
    EXPECT_THAT(patterns("*.pyc"), ElementsAre("/v/**/*.pyc"));
}

TEST(ResticPatterns, AStarInTheMiddleMayStandForSlashes) {
    EXPECT_THAT(patterns("a*z"), ElementsAre("/v/**/a*z", "/v/**/a*/**/*z"));
    EXPECT_THAT(patterns("./*.o"), ElementsAre("/v/*.o", "/v/*/**/*.o"));
}

TEST(ResticPatterns, AQuestionMarkMayStandForASlash) {
    EXPECT_THAT(patterns("./a?b"), ElementsAre("/v/a?b", "/v/a/b"));
}

TEST(ResticPatterns, BracketsAreTakenOver) {
    EXPECT_THAT(patterns("./[a-c]x"), ElementsAre("/v/[\\a-\\c]x"));
    EXPECT_THAT(patterns("./[]x]"), ElementsAre("/v/[\\]\\x]")) << "first in it a bracket closes nothing";
    EXPECT_THAT(patterns("./x[!a]"), ElementsAre("/v/x[^\\a]", "/v/x/")) << "a slash is no a";
    EXPECT_THAT(patterns("./x[^/]"), ElementsAre("/v/x[^\\/]"));
    EXPECT_THAT(patterns("./x[a"), ElementsAre("/v/x\\[a")) << "never closed: a character like others";
}

TEST(ResticPatterns, WhatIsEscapedIsItself) {
    EXPECT_THAT(patterns("./a\\*b"), ElementsAre("/v/a\\*b"));
    EXPECT_THAT(patterns("./a\\\\b"), ElementsAre("/v/a\\\\b"));
    EXPECT_THAT(patterns("./a b\tc"), ElementsAre("/v/a b\tc"));
}

TEST(ResticPatterns, ThePlaceOfTheTreeIsNoPattern) {
    EXPECT_THAT(restic_patterns("./x", "/a[1]*"), ElementsAre("/a\\[1]\\*/x"));
}

TEST(ResticPatterns, ALiteralMatchesNothingElse) {
    EXPECT_EQ(literal_pattern("a*[b]?\\c d"), "a\\*\\[b]\\?\\\\c d");
}

TEST(ResticPatterns, SixWildcardsAreTheMost) {
    EXPECT_EQ(patterns("./a?b?c?d?e?f?g").size(), 64U);
    EXPECT_EQ(test::code_thrown_by([] { (void)patterns("./a?b?c?d?e?f?g?h"); }), Errc::unsupported);
}

}  // namespace
}  // namespace jailctl::restic
