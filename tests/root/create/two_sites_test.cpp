// Two configurations of one host, each with a STATE_DIR and RUN_DIR of its own, name a jail that one of them makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"
#include "talk.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

class TwoSites : public OneJail {
protected:
    const OtherSite other_{site_, "BACKUP_MAX_AGE=none\n"};
};

TEST_F(TwoSites, WhileOneWorksOnATreeTheOtherTakesItForNoLeftover) {
    const auto tree = site_.home() / ".jailctl-create-a.test";
    const Talk made = talk(site_, {"create", "a.test"}, {"s3cret", "s3cret"}, [&] {
        ASSERT_TRUE(std::filesystem::exists(tree));
        const Result looked = other_.jailctl({"doctor", "--fix"});
        EXPECT_EQ(looked.out, "healthy\n") << looked.err;
        for (const char* command : {"delete", "create", "start"}) {
            const Result refused = other_.jailctl({"--batch", command, "a.test"});
            EXPECT_EQ(refused.status, 1) << refused.all();
            EXPECT_THAT(refused.err, HasSubstr(tree.string() + " is worked on by process "));
            EXPECT_THAT(refused.err, HasSubstr("hint: repeat the command when that one has ended"));
        }
        EXPECT_TRUE(std::filesystem::exists(tree / "etc/passwd"));
    });
    EXPECT_EQ(made.status, 0) << made.seen;
    EXPECT_TRUE(std::filesystem::exists(root_ / "etc/passwd"));
    EXPECT_TRUE(site_.leftovers().empty());
}

TEST_F(TwoSites, WhatAKilledCreateLeftIsALeftoverForTheOtherToo) {
    ASSERT_TRUE(killed_at(12, site_, {"create", "a.test", "--batch"}));
    const auto tree = site_.home() / ".jailctl-create-a.test";
    ASSERT_TRUE(std::filesystem::exists(tree));
    EXPECT_THAT(other_.jailctl({"doctor", "--fix"}).out, HasSubstr("fixed: " + tree.string()));
    EXPECT_FALSE(std::filesystem::exists(tree));
    EXPECT_EQ(remove().status, 0);
    expect_no_jail();
}

}  // namespace
}  // namespace jailctl::test
