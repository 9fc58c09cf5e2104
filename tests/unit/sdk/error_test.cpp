#include "jailctl/sdk/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "jailctl/sdk/scoped.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

TEST(ErrorTest, ReadsAsOneSentenceWithItsContexts) {
    const Error error = test::error_of([] {
        in_context("starting jail x", [] {
            throw Error(Errc::io, "cannot mount a on b", std::error_code(ENOENT, std::generic_category()));
        });
    });
    EXPECT_STREQ(error.what(), "starting jail x: cannot mount a on b: No such file or directory");
    EXPECT_EQ(error.cause().value(), ENOENT);
}

TEST(ErrorTest, TheNearestHintJailAndStepWin) {
    Error error(Errc::failed, "no");
    error.with_hint("first").with_hint("second").with_jail("a").with_jail("b").with_step("s").with_step("t");
    EXPECT_EQ(error.hint(), "first");
    EXPECT_EQ(error.jail(), "a");
    EXPECT_EQ(error.step(), "s");
}

TEST(ErrorTest, NamesAreTheSchemaAndReadBack) {
    EXPECT_EQ(error_name(Errc::not_found), "not_found");
    EXPECT_EQ(error_name(Errc::internal), "internal");
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        EXPECT_EQ(parse_errc(error_name(static_cast<Errc>(i))), static_cast<Errc>(i));
    }
    EXPECT_EQ(parse_errc("made up"), Errc::internal);
}

TEST(ErrorTest, CodesOfSystemErrors) {
    const auto code = [](int number) { return code_of(std::error_code(number, std::generic_category())); };
    EXPECT_EQ(code(ENOSPC), Errc::no_space);
    EXPECT_EQ(code(EDQUOT), Errc::no_space);
    EXPECT_EQ(code(EPERM), Errc::denied);
    EXPECT_EQ(code(ENOENT), Errc::not_found);
    EXPECT_EQ(code(EIO), Errc::io);
}

TEST(LeaseTest, ReleasesOnceAndNotAfterKeep) {
    int released = 0;
    {
        Lease lease([&] { ++released; });
        Lease moved = std::move(lease);
        moved.reset();
        moved.reset();
    }
    EXPECT_EQ(released, 1);
    { Lease([&] { ++released; }).keep(); }
    EXPECT_EQ(released, 1);
    Lease first([&] { released += 10; });
    first = Lease([&] { released += 100; });
    EXPECT_EQ(released, 11);
}

}  // namespace
}  // namespace jailctl
