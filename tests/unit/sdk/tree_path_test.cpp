#include <gtest/gtest.h>

#include "jailctl/sdk/tree.hpp"

namespace jailctl {
namespace {

TEST(EncodedPaths, ComeBackByteForByteAlsoThroughJson) {
    for (const std::string raw : {"plain", "caf\xc3\xa9", "\xff\xfe", "a\\x41b", "mnt-my\\x2ddata.mount", "\\", "\\x",
                                  "x\xe2\x82", "\xed\xa0\x80", "a\nb", ""}) {
        EXPECT_EQ(decode_path(encode_path(raw)), raw);
        EXPECT_EQ(parse_json(to_json(Value(encode_path(raw)))).str(), encode_path(raw));
    }
}

TEST(EncodedPaths, OnlyABackslashWithAnXAndTwoDigitsIsAByte) {
    EXPECT_EQ(decode_path("a\\xFFb\\x5cc"), "a\xFF" "b\\c");
    EXPECT_EQ(decode_path("\\x4"), "\\x4") << "cut short";
    EXPECT_EQ(decode_path("\\xg0 \\y \\"), "\\xg0 \\y \\");
    EXPECT_EQ(decode_path("\\x-1"), "\\x-1");
}

}  // namespace
}  // namespace jailctl
