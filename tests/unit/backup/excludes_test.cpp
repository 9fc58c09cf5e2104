#include "excludes.hpp"

#include <gmock/gmock.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::backup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Excludes, TheLineOfTheGuide) {
    EXPECT_THAT(parse_excludes("--exclude ./usr/ports/* --exclude ./tmp/* --exclude ./var/tmp/* --exclude ./usr/src/*"),
                ElementsAre("./usr/ports/*", "./tmp/*", "./var/tmp/*", "./usr/src/*"));
}

TEST(Excludes, BothSpellings) { EXPECT_THAT(parse_excludes("--exclude=./a --exclude ./b"), ElementsAre("./a", "./b")); }

TEST(Excludes, NothingIsNothing) { EXPECT_TRUE(parse_excludes("  \n ").empty()); }

TEST(Excludes, OtherOptionsOfTarAreRefusedByName) {
    for (const char* bad :
         {"--files-from=/etc/passwd", "./tmp", "--exclude ./a --checkpoint-action=exec=sh", "--exclude="}) {
        try {
            (void)parse_excludes(bad);
            ADD_FAILURE() << bad << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid);
        }
    }
}

TEST(Excludes, AnOptionWithoutPattern) {
    try {
        (void)parse_excludes("--exclude ./a --exclude");
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("not followed by a pattern"));
    }
}

}  // namespace
}  // namespace jailctl::backup
