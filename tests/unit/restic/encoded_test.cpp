#include "encoded.hpp"

#include <gtest/gtest.h>

namespace jailctl::restic {
namespace {

TEST(ResticNames, GoReplacesEachByteThatIsNoUtf8) {
    EXPECT_EQ(seen_by_go("gr\xC3\xBC\xC3\x9F \xF0\x9F\x90\x9F"), "gr\xC3\xBC\xC3\x9F \xF0\x9F\x90\x9F");
    EXPECT_EQ(seen_by_go("a\xFF\xFE" "b"), "a\xEF\xBF\xBD\xEF\xBF\xBD" "b");
    EXPECT_EQ(seen_by_go("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
    EXPECT_EQ(seen_by_go("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
    EXPECT_EQ(seen_by_go("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut short";
}

}  // namespace
}  // namespace jailctl::restic
