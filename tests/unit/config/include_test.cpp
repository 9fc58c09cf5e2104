#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

using testing::HasSubstr;

TEST(Include, ReadsTheFileThereAndThenRelativeToTheIncludingOne) {
    const Draft draft = parse_text("A=1\n. sub/b.conf\nA=\"$A $B\"\n",
                                   {{"/etc/sub/b.conf", "B=\"$A b\"; . ./c.conf\n"}, {"/etc/sub/c.conf", "C=c\n"}});
    EXPECT_TRUE(draft.ok()) << texts(draft.diagnostics());
    EXPECT_EQ(draft.value("A"), "1 1 b");
    EXPECT_EQ(draft.value("C"), "c");
}

TEST(Include, TakesAWordLikeAnyOther) {
    const Draft draft = parse_text("D=/x\n. \"$D/my file\" # comment\n. ~/y; E=1\n",
                                   {{"/x/my file", "A=1"}, {"/root/y", "B=2"}});
    EXPECT_TRUE(draft.ok()) << texts(draft.diagnostics());
    EXPECT_EQ(draft.value("A"), "1");
    EXPECT_EQ(draft.value("B"), "2");
    EXPECT_EQ(draft.value("E"), "1");
}

TEST(Include, ErrorsNameTheIncludedFile) {
    const Draft draft = parse_text(". b\n", {{"/etc/b", "X=1\nA+=1\n"}});
    ASSERT_EQ(draft.diagnostics().size(), 1U);
    EXPECT_THAT(draft.diagnostics()[0].text(), HasSubstr("/etc/b:2:2: error:"));
}

TEST(Include, CyclesAndDepthAreErrors) {
    const Draft self = parse_text(". ./jails.conf\n");
    EXPECT_THAT(texts(self.diagnostics()), HasSubstr("includes itself"));
    const Draft pair = parse_text(". b\n", {{"/etc/b", ". ../etc/jails.conf\n"}});
    EXPECT_THAT(texts(pair.diagnostics()), HasSubstr("/etc/b:1:3: error: /etc/jails.conf includes itself"));

    std::map<std::string, std::string> chain;
    for (int i = 0; i < 20; ++i) chain["/etc/f" + std::to_string(i)] = ". f" + std::to_string(i + 1) + "\n";
    const Draft deep = parse_text(". f0\n", chain);
    EXPECT_THAT(texts(deep.diagnostics()), HasSubstr("/etc/f15:1:3: error: files are included more than 16 deep"));
}

TEST(Include, DepthSixteenIsFineAndOneFileMayBeReadTwice) {
    std::map<std::string, std::string> chain{{"/etc/f15", "A=$A.\n"}};
    for (int i = 0; i < 15; ++i) chain["/etc/f" + std::to_string(i)] = ". f" + std::to_string(i + 1) + "\n";
    const Draft draft = parse_text("A=\n. f0\n. f0\n", chain);
    EXPECT_TRUE(draft.ok()) << texts(draft.diagnostics());
    EXPECT_EQ(draft.value("A"), "..");
}

TEST(Include, FilesThatMultiplyAreStopped) {
    std::map<std::string, std::string> doubling;
    for (int i = 0; i < 15; ++i)
        doubling["/etc/f" + std::to_string(i)] = ". f" + std::to_string(i + 1) + "\n. f" + std::to_string(i + 1) + "\n";
    doubling["/etc/f15"] = "A=1\n";
    EXPECT_THAT(texts(parse_text(". f0\n", doubling).diagnostics()), HasSubstr("more than 1000 files"));
}

TEST(Include, AMissingMainFileIsADiagnosticWithoutALine) {
    const Draft draft("/etc/jails.conf", std::make_unique<FakeFiles>(std::map<std::string, std::string>{}));
    ASSERT_EQ(draft.diagnostics().size(), 1U);
    EXPECT_THAT(draft.diagnostics()[0].text(), testing::StartsWith("/etc/jails.conf: error: cannot open"));
    EXPECT_EQ(as_error(draft.diagnostics()).code(), Errc::config);
}

}  // namespace
}  // namespace jailctl::core::config::test
