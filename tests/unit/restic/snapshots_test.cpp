#include "snapshots.hpp"

#include <gtest/gtest.h>

namespace jailctl::restic {
namespace {

std::string of_host(const std::string& host) {
    return R"({"id":")" + std::string(64, 'a') + R"(","hostname":")" + host + R"(","tags":["jailctl","taken=5"]})";
}

TEST(ResticSnapshots, AreOfJails) {
    const auto found = parse_snapshots("[" + of_host("a.test") + "]");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].info.jail, "a.test");
    EXPECT_EQ(found[0].info.taken, 5);
}

/// Whoever can write to the repository chooses it: it is no name of a file, and no line of a listing.
TEST(ResticSnapshots, OfAHostWhoseNameIsThatOfNoJailAreNotOurs) {
    for (const char* host : {"", "all", "../../x", R"(a\n  2026-01-01  forged)", R"(\u001b[31mred)", "A.Test", "x.gz"})
        EXPECT_TRUE(parse_snapshots("[" + of_host(host) + "]").empty()) << host;
}

TEST(ResticSnapshots, WhatIsNoListIsNone) {
    for (const char* said : {"null", "7", R"([{"id":5,"tags":{"a":1},"hostname":[]}])"})
        EXPECT_TRUE(parse_snapshots(said).empty()) << said;
}

}  // namespace
}  // namespace jailctl::restic
