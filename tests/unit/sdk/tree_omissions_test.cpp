#include <gtest/gtest.h>

#include "jailctl/sdk/tree.hpp"

namespace jailctl {
namespace {

/// A result as the helper gives it: what it lists, and how many there were in all.
Value result_of(int listed, int total, const char* list, const char* why) {
    Value things = Value::array();
    for (int i = 0; i < listed; ++i)
        things.push(Value::object().set("path", "dev/" + std::to_string(i)).set(why, "a device"));
    return Value::object().set(list, std::move(things)).set(std::string(list) + "_total", total);
}

TEST(TreeOmissions, AreNamedUpToANumberOfThem) {
    const auto skipped = skipped_of(result_of(3, 3, "skipped", "why"));
    EXPECT_EQ(skipped, (std::vector<std::string>{"dev/0: a device", "dev/1: a device", "dev/2: a device"}));
    const auto notes = notes_of(result_of(25, 25, "notes", "what"));
    ASSERT_EQ(notes.size(), 21U);
    EXPECT_EQ(notes.back(), "and 5 more");
    EXPECT_EQ(notes_of(result_of(25, 25, "notes", "what"), 1000).size(), 25U);
    EXPECT_TRUE(notes_of(Value::object()).empty());
}

TEST(TreeOmissions, WhatTheHelperDidNotListIsCounted) {
    EXPECT_EQ(skipped_of(result_of(1000, 5000, "skipped", "why")).back(), "and 4980 more");
    EXPECT_EQ(notes_of(result_of(1000, 5000, "notes", "what"), 1000).back(), "and 4000 more");
}

/// A backend that restores in its own way, whose list is all.
TEST(TreeOmissions, AListWithoutANumberIsWhole) {
    const Value listed = Value::object().set("skipped", result_of(25, 25, "skipped", "why")["skipped"]);
    ASSERT_EQ(skipped_of(listed).size(), 21U);
    EXPECT_EQ(skipped_of(listed).back(), "and 5 more");
}

TEST(TreeOmissions, NamesOfAJailDoNotSteerATerminal) {
    Value things = Value::array();
    things.push(Value::object().set("path", "a\x1b[2J\nb").set("why", "a device"));
    const auto named = skipped_of(Value::object().set("skipped", std::move(things)).set("skipped_total", 1));
    EXPECT_EQ(named, std::vector<std::string>{"a\\x1b[2J\\x0ab: a device"});
}

}  // namespace
}  // namespace jailctl
