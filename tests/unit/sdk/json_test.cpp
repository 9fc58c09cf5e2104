#include <gtest/gtest.h>

#include "jailctl/sdk/value.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;

TEST(ValueTest, ObjectsKeepTheirOrderAndReplaceMembers) {
    Value value;
    value.set("z", 1).set("a", "text").set("z", true);
    EXPECT_EQ(to_json(value), R"({"z":true,"a":"text"})");
}

TEST(ValueTest, AbsentAndMistypedMembersReadAlike) {
    const Value value = Value::object().set("n", 7).set("s", "x");
    EXPECT_EQ(value["n"].num(), 7);
    EXPECT_EQ(value["n"].str("otherwise"), "otherwise");
    EXPECT_EQ(value["none"].num(-1), -1);
    EXPECT_TRUE(value["none"]["deeper"].is_null());
    EXPECT_TRUE(value["s"].items().empty());
    EXPECT_DOUBLE_EQ(value["n"].real(), 7.0);
    EXPECT_TRUE(value["none"].truth(true));
}

TEST(JsonTest, SurvivesARoundTrip) {
    const std::string text = R"({"a":[1,-2,3.5,null,true,"\u001b\"\\"],"o":{},"e":[],"big":9223372036854775807})";
    EXPECT_EQ(to_json(parse_json(text)), text);
}

TEST(JsonTest, IndentsAndReplacesWhatIsNoUtf8) {
    EXPECT_EQ(to_json(Value::object().set("a", 1), 1), "{\n \"a\": 1\n}");
    EXPECT_EQ(to_json(Value("\xff")), "\"\xef\xbf\xbd\"");
}

TEST(JsonTest, AnArrayOfTexts) {
    EXPECT_EQ(to_json(Value::array_of({"b", "a"})), R"(["b","a"])");
    EXPECT_EQ(to_json(Value::array_of({})), "[]");
}

TEST(JsonTest, RefusesWhatIsNotJson) {
    for (const char* text :
         {"", "{", "[1,]", "nul", "{\"a\" 1}", "[1] x", "\"\xff\"", "NaN", "01", "{\"a\":1,\"a\":2}"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)parse_json(text); }), Errc::damaged) << text;
    }
}

TEST(JsonTest, NestsUpTo64) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(to_json(parse_json(nested(64))), nested(64));
    EXPECT_EQ(code_thrown_by([&] { (void)parse_json(nested(65)); }), Errc::damaged);
    EXPECT_EQ(code_thrown_by([&] { (void)parse_json(std::string(1000000, '[')); }), Errc::damaged);
}

TEST(JsonTest, ReadsManyMembersInReasonableTime) {
    std::string text = "{";
    for (int i = 0; i < 200000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    EXPECT_EQ(parse_json(text + "}").members().size(), 200000U);
}

}  // namespace
}  // namespace jailctl
