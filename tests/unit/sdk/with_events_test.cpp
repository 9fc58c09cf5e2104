#include "jailctl/sdk/with_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WithEvents : public ::testing::Test {
protected:
    void SetUp() override {
        host.on<BeforeUpgrade>([this](const BeforeUpgrade& moment) {
            seen.push_back("before " + std::to_string(moment.id));
            return Lease([this] { seen.push_back("released"); });
        });
        host.on<AfterUpgrade>([this](const AfterUpgrade& moment) {
            seen.push_back("after " + std::to_string(moment.id) + (moment.failure ? moment.failure->what() : ""));
        });
    }
    FakeHost host;
    Jail jail{JailName("x.example"), {}, "/nowhere/x.example", {}, {}};
    std::vector<std::string> seen;
};

TEST_F(WithEvents, TheLeasesLastUntilAfterAndTheIdIsReadAgain) {
    int id = 7;
    const int result = with_events<BeforeUpgrade, AfterUpgrade>(host, jail, id, [&] {
        seen.push_back("work");
        id = 8;
        return 42;
    });
    EXPECT_EQ(result, 42);
    EXPECT_THAT(seen, ElementsAre("before 7", "work", "after 8", "released"));
}

TEST_F(WithEvents, AFailureIsToldAndThrownOn) {
    EXPECT_THROW(
        (with_events<BeforeUpgrade, AfterUpgrade>(host, jail, 0, [] { throw Error(Errc::failed, " failed"); })), Error);
    EXPECT_THAT(seen, ElementsAre("before 0", "after 0 failed", "released"));
}

TEST_F(WithEvents, ABeforeThatFailsVetoesAnAfterThatFailsIsReported) {
    host.on<AfterUpgrade>([](const AfterUpgrade&) { throw Error(Errc::failed, "no mail was sent"); });
    with_events<BeforeUpgrade, AfterUpgrade>(host, jail, 0, [] {});
    EXPECT_THAT(host.fake_console.errors, ElementsAre("no mail was sent"));
    host.on<BeforeUpgrade>([](const BeforeUpgrade&) { throw Error(Errc::failed, "not today"); });
    EXPECT_EQ(code_thrown_by([&] {
                  with_events<BeforeUpgrade, AfterUpgrade>(host, jail, 0, [] { ADD_FAILURE() << "worked"; });
              }), Errc::vetoed);
}

/// Whose bus cannot fire After.
class BrokenHost final : public FakeHost {
public:
    int told = 0;

private:
    Leases publish(std::string_view id, OnFailure, const void*) override {
        if (id != AfterUpgrade::event) return {};
        ++told;
        throw Error(Errc::interrupted, "interrupted");
    }
};

TEST_F(WithEvents, SuccessIsToldOnceAlsoWhereTellingItFails) {
    BrokenHost broken;
    EXPECT_THROW((with_events<BeforeUpgrade, AfterUpgrade>(broken, jail, 0, [] {})), Error);
    EXPECT_EQ(broken.told, 1);
}

TEST_F(WithEvents, ADryRunFiresNone) {
    host.fake_options.dry_run = true;
    bool worked = false;
    with_events<BeforeUpgrade, AfterUpgrade>(host, jail, 0, [&] { worked = true; });
    EXPECT_TRUE(worked);
    EXPECT_THAT(seen, IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
