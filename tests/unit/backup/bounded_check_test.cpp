#include "bounded_check.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::backup {
namespace {

using jailctl::test::code_thrown_by;

/// A check that says what an archive with such a fault would, and how often it was run, and as whose.
struct Check {
    Errc fault_of_a_stranger = Errc::unsupported;
    std::vector<bool> runs;
    Value operator()(bool ours) {
        runs.push_back(ours);
        if (!ours) throw Error(fault_of_a_stranger, "no");
        return Value(1);
    }
};

TEST(BoundedCheck, IsAStrangersUntilTheDigestSaysOtherwise) {
    Check check;
    EXPECT_EQ(code_thrown_by([&] { (void)checked_as_far_as_known(std::ref(check), [] { return false; }); }),
              Errc::unsupported);
    EXPECT_EQ(check.runs, std::vector<bool>{false}) << "of an archive that nobody recorded no hole is counted out";
    check.runs.clear();
    EXPECT_EQ(checked_as_far_as_known(std::ref(check), [] { return true; }).num(), 1);
    EXPECT_EQ(check.runs, (std::vector<bool>{false, true}));
}

TEST(BoundedCheck, AsksNobodyWhereTheBoundIsNotReached) {
    const auto never = []() -> bool { throw Error(Errc::internal, "asked"); };
    EXPECT_EQ(checked_as_far_as_known([](bool ours) { return Value(ours ? 1 : 2); }, never).num(), 2);
    Check check{Errc::damaged, {}};
    EXPECT_EQ(code_thrown_by([&] { (void)checked_as_far_as_known(std::ref(check), never); }), Errc::damaged);
}

}  // namespace
}  // namespace jailctl::backup
