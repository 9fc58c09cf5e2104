#include "archives.hpp"
#include "glob.hpp"

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
