#include "jailctl/sdk/text.hpp"

#include <gtest/gtest.h>

#include "jailctl/sdk/process.hpp"

namespace jailctl {
namespace {

std::string echoed(const std::string& shell, const std::string& text) {
    Program program;
    program.path = "/bin/" + shell;
    program.arguments = {"-c", "printf '%s' " + shell_word(text)};
    std::string output;
    program.on_output = [&](std::string_view part) { output += part; };
    EXPECT_TRUE(run(program).ok());
    return output;
}

TEST(TextTest, ControlBytesBecomeVisible) {
    EXPECT_EQ(escape_control("a\tb\nc"), "a\tb\nc");
    EXPECT_EQ(escape_control("\x1b[2J\r\x7f"), "\\x1b[2J\\x0d\\x7f");
    EXPECT_EQ(escape_control("\xc2\x9b" "31m"), "\\xc2\\x9b31m");  // C1 as UTF-8 steers terminals too
    EXPECT_EQ(escape_control(std::string("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(escape_name("a\tb\nc"), "a\\x09b\\x0ac");
}

/// "a<U+202E>gpj.exe" looks like "aexe.jpg".
TEST(TextTest, WhatTurnsTextAboutBecomesVisible) {
    EXPECT_EQ(escape_control("a\xe2\x80\xaegpj"), "a\\xe2\\x80\\xaegpj");
    EXPECT_EQ(shell_word("a\xe2\x80\xae"), "$'a\\342\\200\\256'");
    for (const char* one :
         {"\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xaa", "\xe2\x81\xa6", "\xe2\x81\xa9"})
        EXPECT_EQ(escape_name(one).substr(0, 2), "\\x") << escape_name(one);
    for (const char* one : {"\xd8\x9d", "\xe2\x80\x8d", "\xe2\x80\x90", "\xe2\x80\xa7", "\xe2\x80\xaf", "\xe2\x81\xa5",
                            "\xe2\x81\xaa", "\xd7\x90"})
        EXPECT_EQ(escape_name(one), one) << "its neighbours, and what is written from the right";
}

TEST(TextTest, Utf8StaysAndWhatIsNoneIsEscaped) {
    EXPECT_EQ(escape_name("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7");
    EXPECT_EQ(escape_name("\xff"), "\\xff");
    EXPECT_EQ(escape_name("\xc3"), "\\xc3");
    EXPECT_EQ(escape_name("\xc0\xaf"), "\\xc0\\xaf");              // overlong
    EXPECT_EQ(escape_name("\xed\xa0\x80"), "\\xed\\xa0\\x80");      // surrogate
    EXPECT_EQ(escape_name("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}

TEST(TextTest, AWordForAShellIsOne) {
    EXPECT_EQ(shell_word("/usr/local/jails/a.test"), "/usr/local/jails/a.test");
    EXPECT_EQ(shell_word("/a b/c;reboot"), "/a\\ b/c\\;reboot");
    EXPECT_EQ(shell_word("~/caf\xc3\xa9"), "\\~/caf\xc3\xa9");
    EXPECT_EQ(shell_word("a\nb"), "$'a\\012b'");
    EXPECT_EQ(shell_word(""), "''");
}

/// The shell itself is asked.
TEST(TextTest, AWordForAShellIsReadBackByOne) {
    std::string every = "/";
    for (int byte = 0x20; byte < 0x7f; ++byte) every += static_cast<char>(byte);
    EXPECT_EQ(echoed("sh", every), every);
    EXPECT_EQ(echoed("sh", "\xc3\xa9 \xe2\x82\xac"), "\xc3\xa9 \xe2\x82\xac");
    std::string odd = "it's \\ \"odd\" \xff" "7";
    for (int byte = 1; byte < 0x20; ++byte) odd += static_cast<char>(byte);
    EXPECT_EQ(echoed("bash", odd + "7"), odd + "7");
}

TEST(TextTest, HumanBytes) {
    EXPECT_EQ(human_bytes(0), "0 B");
    EXPECT_EQ(human_bytes(999), "999 B");
    EXPECT_EQ(human_bytes(1000), "1.0 kB");
    EXPECT_EQ(human_bytes(1001), "1.1 kB");
    EXPECT_EQ(human_bytes(9999), "10 kB");
    EXPECT_EQ(human_bytes(1400000000), "1.4 GB");
    EXPECT_EQ(human_bytes(999999), "1.0 MB");
    EXPECT_EQ(human_bytes(~0ULL), "19 EB");
}

TEST(TextTest, HumanSeconds) {
    EXPECT_EQ(human_seconds(0.312), "0.31 s");
    EXPECT_EQ(human_seconds(12.4), "12 s");
    EXPECT_EQ(human_seconds(59.7), "1 min 00 s");
    EXPECT_EQ(human_seconds(185), "3 min 05 s");
    EXPECT_EQ(human_seconds(3660), "1 h 01 min");
}

TEST(TextTest, NearestWord) {
    const std::vector<std::string> commands = {"start", "status", "stop", "create", "backup"};
    EXPECT_EQ(nearest("strat", commands), "start");
    EXPECT_EQ(nearest("stauts", commands), "status");
    EXPECT_EQ(nearest("bakcup", commands), "backup");
    EXPECT_EQ(nearest("x", commands), "");
    EXPECT_EQ(nearest("destroy", commands), "");
    EXPECT_EQ(nearest("", {}), "");
}

TEST(TextTest, PartsInOneText) {
    EXPECT_EQ(joined({}), "");
    EXPECT_EQ(joined({"a"}), "a");
    EXPECT_EQ(joined({"a", "", "c"}), "a, , c");
    EXPECT_EQ(joined({"root", "x"}, ":"), "root:x");
}

TEST(TextTest, FixedFormats) {
    EXPECT_EQ(hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
    EXPECT_EQ(timestamp(1795447920), "20261123T153200Z");
    EXPECT_EQ(short_hash(""), 14695981039346656037ULL);
    EXPECT_EQ(short_hash("a"), 12638187200555641996ULL);
}

}  // namespace
}  // namespace jailctl
