#include "absent.hpp"

#include <gtest/gtest.h>

namespace jailctl::backup {
namespace {

Value note(const std::string& file) { return Value::object().set("file", file); }

bool first(const Value& note) { return note["file"].str() == "/nowhere/0"; }

TEST(Absent, TheOldestOfFilesThatAreNotThereGo) {
    Value::Array notes{note("/"), note("/nowhere/0"), note("/nowhere/1"), note("/nowhere/2")};
    for (std::size_t i = 0; i < most_absent - 1; ++i) notes.push_back(note("/nowhere/more"));
    bound_absent(notes, "file", first);
    ASSERT_EQ(notes.size(), most_absent + 2);
    EXPECT_EQ(notes[0]["file"].str(), "/") << "it is there";
    EXPECT_EQ(notes[1]["file"].str(), "/nowhere/0") << "it stays whatever happens";
    EXPECT_EQ(notes[2]["file"].str(), "/nowhere/2");
}

TEST(Absent, AFewAreKept) {
    Value::Array notes{note("/nowhere/1"), note("/nowhere/2")};
    bound_absent(notes, "file", first);
    EXPECT_EQ(notes.size(), 2U);
}

}  // namespace
}  // namespace jailctl::backup
