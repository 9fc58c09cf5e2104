#include "archives.hpp"
#include "glob.hpp"
#include "protocol.hpp"

namespace jailctl::tree::test {
namespace {

TEST(Glob, MatchesAsTarDoes) {
    EXPECT_TRUE(glob_match("./tmp/*", "./tmp/a/b"));
    EXPECT_FALSE(glob_match("./tmp/*", "./tmp"));
    EXPECT_TRUE(glob_match("*.log", "./var/x.log"));
    EXPECT_TRUE(glob_match("./[a-c]?", "./bz"));
    EXPECT_FALSE(glob_match("./[!a-c]?", "./bz"));
    EXPECT_TRUE(glob_match("./\\*", "./*"));
    EXPECT_FALSE(glob_match("./\\*", "./x"));
    EXPECT_TRUE(glob_match("./[", "./["));
    EXPECT_TRUE(glob_match("*\xff*", "a\xff" "b"));
    EXPECT_FALSE(glob_match(std::string(60, '*') + "b", std::string(4000, 'a'))) << "and that at once";
}

TEST(EncodedPaths, ComeBackByteForByte) {
    for (const std::string raw :
         {"plain", "caf\xc3\xa9", "\xff\xfe", "a\\x41b", "\\", "\\x", "x\xe2\x82", "\xed\xa0\x80", ""}) {
        EXPECT_EQ(decode_path(encode_path(raw)), raw);
        EXPECT_NO_THROW((void)parse_json(to_json(Value(encode_path(raw)))));
        EXPECT_EQ(parse_json(to_json(Value(encode_path(raw)))).str(), encode_path(raw));
    }
}

TEST_F(Archives, ExcludedNamesAreNotStored) {
    for (const char* name : {"tmp", "var", "var/tmp", "usr"}) fs::create_directory(tree_ / name);
    for (const char* name : {"tmp/a", "var/tmp/b", "var/keep", "usr/core", "core"}) spit(tree_ / name, "x");
    Value patterns = Value::array();
    for (const char* pattern : {"./tmp/*", "./var/tmp", "core"}) patterns.push(pattern);
    const Value packed = pack(tree_, archive_, Value::object().set("excludes", patterns));
    unpack(archive_, other_);
    EXPECT_TRUE(exists(other_ / "tmp"));
    EXPECT_FALSE(exists(other_ / "tmp/a"));
    EXPECT_FALSE(exists(other_ / "var/tmp"));
    EXPECT_TRUE(exists(other_ / "var/keep"));
    EXPECT_FALSE(exists(other_ / "usr/core"));
    EXPECT_FALSE(exists(other_ / "core"));
    EXPECT_EQ(packed["entries"].num(), 5);
    EXPECT_EQ(packed["notes_total"].num(), 0);
}

}  // namespace
}  // namespace jailctl::tree::test
