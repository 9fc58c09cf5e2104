#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;

TEST(JailNameTest, AcceptsHostnames) {
    const std::string longest_label(63, 'a');
    for (const std::string& name :
         {std::string("a"), std::string("chii.domaine.com"), std::string("A-1.b"), longest_label,
          std::string(31, 'x') + "." + std::string(32, 'y'), std::string("0"), std::string("allx")}) {
        EXPECT_EQ(JailName(name).text(), name);
    }
}

TEST(JailNameTest, RefusesWhatIsNoHostname) {
    for (const char* name :
         {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a_b", "a/b", "../etc", "a b", "a\n", "\xc3\xa9", "a*"}) {
        EXPECT_EQ(code_thrown_by([&] { JailName{name}; }), Errc::invalid) << name;
    }
    EXPECT_EQ(code_thrown_by([] { JailName{std::string(64, 'a')}; }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([] { JailName{std::string(32, 'x') + "." + std::string(32, 'y')}; }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([] { JailName{std::string("a\0b", 3)}; }), Errc::invalid);
}

TEST(JailNameTest, RefusesReservedWordsWhateverTheirCase) {
    for (const char* name :
         {"all", "ALL", "Addons", "lost+found", "x.tar", "x.TGZ", "x.tar.gz", "x.zst", "x.xz", "x.partial", "x.lock"}) {
        EXPECT_EQ(code_thrown_by([&] { JailName{name}; }), Errc::invalid) << name;
    }
}

TEST(AddressTest, StandsForItselfWithOrWithoutBrackets) {
    EXPECT_EQ(Address::parse_bare("192.0.2.7"), Address::parse("192.0.2.7"));
    for (const char* word : {"2001:db8::7", "[2001:db8::7]", "2001:0db8:0::7"})
        EXPECT_EQ(Address::parse_bare(word).text(), "2001:db8::7") << word;
    for (const char* word : {"", "a.test", "192.0.2.7/24", "2001:db8::7/64", "[2001:db8::7]/64", "[192.0.2.7]",
                             "[2001:db8::7", "2001:db8::7]", "fe80::1%eth0", "192.0.2.7:53"})
        EXPECT_EQ(code_thrown_by([&] { (void)Address::parse_bare(word); }), Errc::invalid) << word;
}

TEST(AddressTest, KnowsTheLoopback) {
    for (const char* word : {"127.0.0.1", "127.0.0.53", "127.255.255.254", "::1"})
        EXPECT_TRUE(Address::parse_bare(word).is_loopback()) << word;
    for (const char* word :
         {"126.0.0.1", "128.0.0.1", "192.0.2.127", "::", "::2", "2001::1", "::1:1", "::ffff:127.0.0.1"})
        EXPECT_FALSE(Address::parse_bare(word).is_loopback()) << word;
}

TEST(JailNameTest, ComparesWithoutRegardToCase) {
    EXPECT_EQ(JailName("Chii.Domaine.com"), JailName("chii.domaine.COM"));
    EXPECT_EQ(JailName("Chii").key(), "chii");
    EXPECT_LT(JailName("A"), JailName("b"));
}

TEST(JailNameTest, EscapesTheNameInItsMessage) {
    const Error error = error_of([] { JailName{"a\x1b[31m"}; });
    EXPECT_NE(std::string(error.what()).find("a\\x1b[31m"), std::string::npos) << error.what();
}

TEST(AddressTest, ReadsBothFamilies) {
    const auto v4 = Address::parse("192.168.1.43");
    EXPECT_EQ(v4.family(), Address::Family::v4);
    EXPECT_EQ(v4.text(), "192.168.1.43");
    EXPECT_EQ(v4.prefix(), -1);
    EXPECT_EQ(Address::parse("10.0.0.0/8").prefix(), 8);
    const auto v6 = Address::parse("[2001:DB8::0:7]/64");
    EXPECT_EQ(v6.family(), Address::Family::v6);
    EXPECT_EQ(v6.text(), "2001:db8::7");
    EXPECT_EQ(v6.prefix(), 64);
    EXPECT_EQ(v6, Address::parse("[2001:db8::7]"));
}

TEST(AddressTest, RefusesEverythingElse) {
    for (const char* text :
         {"", "192.168.1.470", "1.2.3", "1.2.3.4.5", "1.2.3.04", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1",
          "2001:db8::7", "[2001:db8::7", "[]", "[1.2.3.4]", "[::1]/129", "[fe80::1%eth0]", " 1.2.3.4"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)Address::parse(text); }), Errc::invalid) << text;
    }
}

TEST(WordsTest, SplitAsTheShellSplitsAnUnquotedExpansion) {
    EXPECT_THAT(split_words("  a\tb\n c\\\nd "), testing::ElementsAre("a", "b", "c", "d"));
    EXPECT_TRUE(split_words(" \n\t").empty());
    EXPECT_THAT(split_words("\"a b\""), testing::ElementsAre("\"a", "b\""));
}

TEST(WordsTest, AssignmentsGroupByQuotes) {
    const auto found =
        split_assignments("sshd_enable=\"YES\" \\\n motd='it \"is\"' empty= joined=a\"b c\"'d' esc=\"\\\"\"");
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[0], (std::pair<std::string, std::string>("sshd_enable", "YES")));
    EXPECT_EQ(found[1].second, "it \"is\"");
    EXPECT_EQ(found[2].second, "");
    EXPECT_EQ(found[3].second, "ab cd");
    EXPECT_EQ(found[4].second, "\"");
}

TEST(WordsTest, AssignmentsRefuseOtherWords) {
    for (const char* text : {"word", "=x", "1a=x", "a=\"open", "a='open", "a=x ;rm"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)split_assignments(text); }), Errc::invalid) << text;
    }
}

TEST(SettingsTest, AnUnknownNameReadsAsEmptyAndNotSet) {
    Settings settings;
    settings.set("A", {"x", {"jails.conf", 14, 3}, true});
    EXPECT_EQ(settings["A"].text, "x");
    EXPECT_EQ(settings["A"].origin.text(), "jails.conf:14");
    EXPECT_FALSE(settings["B"].is_set);
    EXPECT_EQ(settings["B"].origin.text(), "default");
}

TEST(SettingsTest, WhatIsSetInACopyIsOfThatCopyAlone) {
    const auto texts = [](const Settings& settings) {
        std::string all;
        for (const auto& [name, value] : settings.all()) all += name + "=" + value.text + " ";
        return all;
    };
    Settings host;
    host.set("A", {"host", {}, true});
    host.set("B", {"host", {}, true});
    Settings jail = host;
    jail.set("B", {"jail", {}, true});
    jail.set("C", {"jail", {}, true});
    Settings copy = jail;
    copy.set("A", {"copy", {}, true});
    jail.set("C", {"again", {}, true});
    host.set("A", {"new", {}, true});
    EXPECT_EQ(texts(host), "A=new B=host ");
    EXPECT_EQ(texts(jail), "A=host B=jail C=again ");
    EXPECT_EQ(texts(copy), "A=copy B=jail C=jail ");
    EXPECT_EQ(copy["B"].text + copy["A"].text, "jailcopy");
    EXPECT_EQ(host["C"].text, "");
    EXPECT_EQ(texts(Settings{}), "");
}

}  // namespace
}  // namespace jailctl
