#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>

#include "support.hpp"

/// Bounds far above what is measured (see bench/), so that only a change of order of growth fails here.
namespace jailctl::core::config::test {
namespace {

std::string many_jails(int count) {
    std::string text = "IF=em0\nJAILS=\"\"\n";
    for (int i = 0; i < count; ++i)
        text += "JAILS=\"$JAILS j" + std::to_string(i) + ".example.org:10." + std::to_string(i / 65536) + '.' +
                std::to_string(i / 256 % 256) + '.' + std::to_string(i % 256) + "\"\n";
    return text;
}

double milliseconds(const std::string& text) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const Resolution resolution = resolve_text(text);
        EXPECT_TRUE(resolution.ok());
        best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

TEST(Speed, GrowsInStepWithTheNumberOfJails) {
    const double thousand = milliseconds(many_jails(1000));
    const double eight = milliseconds(many_jails(8000));
    RecordProperty("milliseconds_1000", std::to_string(thousand));
    EXPECT_LT(eight, thousand * 24) << "1,000 jails: " << thousand << " ms, 8,000: " << eight << " ms";
}

}  // namespace
}  // namespace jailctl::core::config::test
