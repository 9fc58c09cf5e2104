#include "jailctl/sdk/examination.hpp"

#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

TEST(Diagnosis, ACheckThatFailsIsAFindingAndHidesNoOther) {
    Diagnosis diagnosis;
    diagnosis.check("the moon", [] { throw Error(Errc::denied, "it is new").with_hint("wait"); });
    diagnosis.check("the sun", [&] { diagnosis.add({"sun-dark", "a.test", "the sun is dark", "wait"}); });
    ASSERT_EQ(diagnosis.findings().size(), 2U);
    EXPECT_EQ(diagnosis.findings()[0].code, "not-examined");
    EXPECT_EQ(diagnosis.findings()[0].message, "cannot examine the moon: it is new");
    EXPECT_EQ(diagnosis.findings()[0].hint, "wait");
    EXPECT_FALSE(diagnosis.findings()[0].remedy);
    EXPECT_EQ(diagnosis.findings()[1].jail, "a.test");
}

TEST(Diagnosis, OneCauseIsOneFinding) {
    Diagnosis diagnosis;
    const auto locked = [] { throw Error(Errc::denied, "the door is locked").with_hint("unlock it"); };
    diagnosis.check("the hall", locked);
    diagnosis.check("the cellar", [] { throw Error(Errc::denied, "the light is off").with_hint("unlock it"); });
    diagnosis.check("the kitchen", locked);
    ASSERT_EQ(diagnosis.findings().size(), 2U);
    EXPECT_EQ(diagnosis.findings()[0].message, "cannot examine the hall, the kitchen: the door is locked");
    for (const char* room : {"the bath", "the attic", "the garden"}) diagnosis.check(room, locked);
    ASSERT_EQ(diagnosis.findings().size(), 2U);
    EXPECT_EQ(diagnosis.findings()[0].message,
              "cannot examine the hall, the kitchen, the bath and others: the door is locked");
}

TEST(Diagnosis, AnInterruptionEndsTheExamination) {
    Diagnosis diagnosis;
    EXPECT_EQ(
        test::code_thrown_by([&] { diagnosis.check("the moon", [] { throw Error(Errc::interrupted, "ended"); }); }),
        Errc::interrupted);
}

}  // namespace
}  // namespace jailctl
