#include <algorithm>
#include <ctime>
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
    for (int i = 0; i < 3; ++i) {
        const std::clock_t start = std::clock();  // of this process alone: the machine may be busy
        const Resolution resolution = resolve_text(text);
        EXPECT_TRUE(resolution.ok());
        best = std::min(best, 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
}

TEST(Speed, GrowsInStepWithTheNumberOfJails) {
    const double few = milliseconds(many_jails(250));
    const double many = milliseconds(many_jails(2000));
    RecordProperty("milliseconds_250", std::to_string(few));
    EXPECT_LT(many, few * 24) << "250 jails: " << few << " ms, 2,000: " << many << " ms";
}

}  // namespace
}  // namespace jailctl::core::config::test
