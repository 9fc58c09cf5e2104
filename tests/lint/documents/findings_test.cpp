// Every code that doctor can print stands in jailctl(8), and none that it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "page.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;

/// Codes in a source file: every literal of words joined by '-', whatever it begins with.
std::set<std::string> codes_in(const fs::path& file) {
    static const std::regex code(R"re("([a-z0-9]+(-[a-z0-9]+)+)")re");
    const std::string text = slurp(file);
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), code); at != std::sregex_iterator(); ++at)
        found.insert((*at)[1]);
    return found;
}

TEST(Findings, OfDoctorAreTheOnesOfTheManual) {
    std::set<std::string> known;
    for (const char* folder : {"plugins", "sdk/src"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(JAILCTL_SOURCES) / folder)) {
            const std::string name = entry.path().filename().string();
            if (!name.ends_with(".cpp")) continue;
            if (name.starts_with("examin") || name == "freshness.cpp") known.merge(codes_in(entry.path()));
            else
                EXPECT_EQ(slurp(entry.path()).find("diagnosis.add("), std::string::npos)
                    << "not looked at: " << entry.path();
        }
    std::set<std::string> described;
    for (const auto& [name, flags] : Page(stage() / JAILCTL_MAN_DIR / "man8/jailctl.8").items("DIAGNOSTICS", "Li"))
        described.insert(name);
    EXPECT_GT(known.size(), 20U);
    EXPECT_EQ(described, known);
}

}  // namespace
}  // namespace jailctl::test
