#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

using testing::HasSubstr;

/// The first error of a file with this JAILS value (on line 2, from column 8 on).
Diagnostic first_error(const std::string& jails) {
    const Resolution resolution = resolve_text(with_jails(jails));
    for (const auto& diagnostic : resolution.diagnostics)
        if (diagnostic.severity == Severity::error) return diagnostic;
    ADD_FAILURE() << "accepted: " << jails;
    return {};
}

TEST(Entries, TheGuidesExample) {
    const Resolution resolution = resolve_text(
        "IF=\"em0\"\nJAIL_HOME=\"/data/\"\nBACKUPDIR=$JAIL_HOME\nJAILS=\"\"\n"
        "JAILS=\"$JAILS chii.domaine.com:192.168.1.43\"\n"
        "JAILS=\"$JAILS yuzuki.domaine.com:192.168.1.47:/usr/local/jails\"\n"
        "JAILS=\"$JAILS yoshiyuki.domaine.com:192.168.1.48:/data2/yoshi/\"\n");
    ASSERT_TRUE(resolution.ok()) << texts(resolution.diagnostics);
    EXPECT_TRUE(resolution.diagnostics.empty()) << texts(resolution.diagnostics);
    const auto& jails = resolution.configuration.jails;
    ASSERT_EQ(jails.size(), 3U);
    EXPECT_EQ(jails[0].name.text(), "chii.domaine.com");
    EXPECT_EQ(jails[0].addresses[0].text(), "192.168.1.43");
    EXPECT_EQ(jails[0].root, "/data/chii.domaine.com");
    EXPECT_EQ(jails[1].root, "/usr/local/jails/yuzuki.domaine.com");
    EXPECT_EQ(jails[2].root, "/data2/yoshi");
    EXPECT_EQ(jails[2].origin.line, 7);
    EXPECT_EQ(jails[2].origin.column, 15);
    EXPECT_EQ(resolution.configuration.settings["BACKUPDIR"].text, "/data/");
    EXPECT_EQ(resolution.configuration.settings["ADDONS"].text, "/data/addons");
}

TEST(Entries, SeveralAddressesFamiliesAndLengths) {
    const Resolution resolution =
        resolve_text(with_jails("a:192.0.2.1/24,[2001:db8::1]/64,[2001:db8::2]:/srv/a/ \\\n\tb:[::5]"));
    ASSERT_TRUE(resolution.ok()) << texts(resolution.diagnostics);
    const auto& jails = resolution.configuration.jails;
    ASSERT_EQ(jails.size(), 2U);
    ASSERT_EQ(jails[0].addresses.size(), 3U);
    EXPECT_EQ(jails[0].addresses[0].prefix(), 24);
    EXPECT_EQ(jails[0].addresses[1].text(), "2001:db8::1");
    EXPECT_EQ(jails[0].root, "/srv/a");
    EXPECT_EQ(jails[1].addresses[0].text(), "::5");
}

TEST(Entries, ABackslashNewlineInSingleQuotesSeparates) {
    const Resolution resolution = resolve_text("IF=em0\nJAILS='a:192.0.2.1 \\\nb:192.0.2.2\\\nc:192.0.2.3'\n");
    ASSERT_TRUE(resolution.ok()) << texts(resolution.diagnostics);
    EXPECT_EQ(resolution.configuration.jails.size(), 3U);
}

struct Bad {
    const char* jails;
    int column;
    const char* sentence;
};

TEST(Entries, BadOnesAreReportedWhereTheyStand) {
    const std::vector<Bad> table{
        {"a", 8, "has no address"},
        {"a:", 10, ""},
        {"a:192.0.2.470", 10, "192.0.2.470"},
        {"a:192.0.2.1,", 20, ""},
        {"a:192.0.2.1,,192.0.2.2", 20, ""},
        {"a:192.0.2.1,x", 20, "x"},
        {"a:192.0.2.1/33", 10, ""},
        {"a:2001:db8::7", 10, "too many fields"},
        {"a:[2001:db8::7", 10, ""},
        {"a:0.0.0.0", 10, "cannot be the address"},
        {"a:224.0.0.1", 10, "cannot be the address"},
        {"a:[ff02::1]", 10, "cannot be the address"},
        {"a:[::]", 10, "cannot be the address"},
        {"a:0.0.0.7", 10, "cannot be the address"},
        {"a:[::ffff:192.0.2.7]", 10, "cannot be the address"},
        {"a:192.0.2.1:x/y", 20, "not absolute"},
        {"a:192.0.2.1:", 20, "is empty"},
        {"a:192.0.2.1:/x/../y", 20, "`..`"},
        {"a:192.0.2.1:/x/..", 20, "`..`"},
        {"a:192.0.2.1:/:/b", 10, "too many fields"},
        {"a:192.0.2.1:/", 20, "/"},
        {"a:192.0.2.1://", 20, "/"},
        {"a:192.0.2.1:/etc", 20, "system"},
        {"a:192.0.2.1:/usr/lib/x/", 20, "system"},
        {"a:192.0.2.1:/var/", 20, "system"},
        {"a:192.0.2.1:/tmp", 20, "system"},
        {"all:192.0.2.1", 8, "all"},
        {"-a:192.0.2.1", 8, "-a"},
        {"a..b:192.0.2.1", 8, "a..b"},
        {"a_b:192.0.2.1", 8, "a_b"},
        {"addons:192.0.2.1", 8, "addons"},
        {"x.tar:192.0.2.1", 8, "x.tar"},
        {":192.0.2.1", 8, ""},
        {"a:192.0.2.1 A:192.0.2.2", 20, "the name A is taken already, by the entry at /etc/jails.conf:2:8"},
        {"a:192.0.2.1 b:192.0.2.1", 20, "the address 192.0.2.1 is taken already"},
        {"a:192.0.2.1,192.0.2.1", 8, "the address 192.0.2.1 is taken already"},
        {"a:[2001:db8::1] b:[2001:db8:0:0::1]", 24, "the address 2001:db8::1 is taken"},
    };
    for (const auto& row : table) {
        SCOPED_TRACE(row.jails);
        const Diagnostic error = first_error(row.jails);
        EXPECT_EQ(error.origin.line, 2);
        EXPECT_EQ(error.origin.column, row.column) << error.text();
        EXPECT_THAT(error.sentence, HasSubstr(row.sentence));
        EXPECT_THAT(error.sentence, HasSubstr("JAILS: "));
        EXPECT_FALSE(error.advice.empty()) << error.text();
    }
}

TEST(Entries, EveryBadEntryIsReportedAtItsOwnLine) {
    const Resolution resolution =
        resolve_text("IF=em0\nJAILS=\"good:192.0.2.1\"\nJAILS=\"$JAILS bad\"\nJAILS=\"$JAILS worse:1\"\n");
    ASSERT_EQ(resolution.diagnostics.size(), 2U) << texts(resolution.diagnostics);
    EXPECT_EQ(resolution.diagnostics[0].origin.line, 3);
    EXPECT_EQ(resolution.diagnostics[0].source, "JAILS=\"$JAILS bad\"");
    EXPECT_EQ(resolution.diagnostics[0].caret, "              ^");
    EXPECT_EQ(resolution.diagnostics[1].origin.line, 4);
    EXPECT_EQ(resolution.diagnostics[1].origin.column, 21);
    EXPECT_TRUE(resolution.configuration.jails.empty());
}

TEST(Entries, AnEntryInAnIncludedFileIsReportedThere) {
    const Resolution resolution = resolve_text("IF=em0\n. list\n", {{"/etc/list", "\nJAILS='a:b'\n"}});
    ASSERT_FALSE(resolution.ok());
    EXPECT_EQ(resolution.diagnostics[0].origin.text(), "/etc/list:2");
}

TEST(Entries, JailsMustBeSetButMayBeEmpty) {
    EXPECT_THAT(texts(resolve_text("IF=em0\n").diagnostics), HasSubstr("/etc/jails.conf: error: JAILS is not set"));
    const Resolution none = resolve_text("JAILS=''\n");
    EXPECT_TRUE(none.ok()) << texts(none.diagnostics);
    EXPECT_EQ(ok_line(none.configuration, 0), "/etc/jails.conf: ok, 0 jails");
}

}  // namespace
}  // namespace jailctl::core::config::test
