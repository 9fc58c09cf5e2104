#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"
#include "platform.hpp"
#include "settings.hpp"
#include "stop_signal.hpp"

namespace jailctl::lifecycle {

void check_signal(const std::string& text) { (void)parse_signal(text); }  // platform.cpp is not part of this test
void inspect_capabilities(Inspection&) {}

namespace {

TEST(Settings, Memory) {
    EXPECT_EQ(parse_memory("512M"), 512ULL << 20U);
    EXPECT_EQ(parse_memory("2G"), 2ULL << 30U);
    for (const char* wrong : {"", "1k", "0", "-1", "lots", "1.5.G"})
        EXPECT_THROW((void)parse_memory(wrong), Error) << wrong;
}

TEST(Settings, Cpus) {
    EXPECT_DOUBLE_EQ(parse_cpus("1.5"), 1.5);
    EXPECT_DOUBLE_EQ(parse_cpus("2"), 2);
    EXPECT_DOUBLE_EQ(parse_cpus(".5"), 0.5);
    for (const char* wrong : {"", "0", "0.001", "-1", "x", "1e3", "0x1", "inf", "nan", "1.2.3", " 1", "5000"})
        EXPECT_THROW((void)parse_cpus(wrong), Error) << wrong;
}

TEST(Settings, Pids) {
    EXPECT_EQ(parse_pids("4096"), 4096);
    for (const char* wrong : {"", "0", "-5", "x", "4194305", "1 2"})
        EXPECT_THROW((void)parse_pids(wrong), Error) << wrong;
}

TEST(Settings, NoneIsNoLimit) {
    jailctl::Settings settings;
    settings.set("PIDS", {"none", {}, true});
    settings.set("MEMORY", {"64M", {}, true});
    EXPECT_EQ(limit_text(settings, "PIDS"), "");
    EXPECT_EQ(limit_text(settings, "MEMORY"), "64M");
    EXPECT_EQ(limit_text(settings, "CPUS"), "");
}

}  // namespace
}  // namespace jailctl::lifecycle
