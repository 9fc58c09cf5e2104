#include <gtest/gtest.h>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;

TEST(NumbersTest, Bytes) {
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("1048576"), 1048576U);
    EXPECT_EQ(parse_bytes("512M"), 512ULL << 20U);
    EXPECT_EQ(parse_bytes("2g"), 2ULL << 30U);
    EXPECT_EQ(parse_bytes("1T"), 1ULL << 40U);
    for (const char* text :
         {"", "M", "-1", "+1", "1.5G", "1X", "1 G", "0x10", "99999999999T", "99999999999999999999"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)parse_bytes(text); }), Errc::invalid) << text;
    }
}

TEST(NumbersTest, WholeNumbersStayInTheirRange) {
    EXPECT_EQ(parse_number("4096", 1, 4194304), 4096);
    EXPECT_EQ(parse_number("-5", -5, 5), -5);
    for (const char* text : {"", "0", "11", "5x", " 5", "5 ", "1e1", "9999999999999999999999"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)parse_number(text, 1, 10); }), Errc::invalid) << text;
    }
}

TEST(NumbersTest, YesAndNo) {
    for (const char* text : {"yes", "YES", "true", "1", "on"}) EXPECT_TRUE(parse_yes_no(text)) << text;
    for (const char* text : {"no", "No", "FALSE", "0", "off"}) EXPECT_FALSE(parse_yes_no(text)) << text;
    for (const char* text : {"", "y", "2", "maybe"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)parse_yes_no(text); }), Errc::invalid) << text;
    }
}

TEST(NumbersTest, Seconds) {
    EXPECT_EQ(parse_seconds("60"), 60);
    EXPECT_EQ(parse_seconds("90s"), 90);
    EXPECT_EQ(parse_seconds("5min"), 300);
    EXPECT_EQ(parse_seconds("2h"), 7200);
    for (const char* text : {"", "s", "-1", "1d", "1m", "1.5h", "99999999h", "31536001"}) {
        EXPECT_EQ(code_thrown_by([&] { (void)parse_seconds(text); }), Errc::invalid) << text;
    }
}

}  // namespace
}  // namespace jailctl
