#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "config/catalogue.hpp"
#include "config/script.hpp"
#include "support.hpp"

/// packaging/jails.conf.sample documents itself; here is what keeps it true.
namespace jailctl::core::config::test {
namespace {

std::string sample() {
    std::ifstream in(JAILCTL_SAMPLE);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The sample with every commented assignment (`#NAME=...`) taken out of its comment.
std::string everything_set() {
    std::istringstream in(sample());
    std::string text;
    for (std::string line; std::getline(in, line);) {
        const bool commented = line.size() > 1 && line[0] == '#' && line[1] >= 'A' && line[1] <= 'Z' &&
                               line.find('=') != std::string::npos;
        text += (commented ? line.substr(1) : line) + '\n';
    }
    return text;
}

/// Every documented variable declared, as if all plugins were loaded.
std::vector<Variable> declared_by_all(const Draft& draft) {
    std::vector<Variable> all;
    for (const auto& [name, assigned] : draft.script().environment.variables())
        if (is_documented(name)) all.push_back({name, "", "", Scope::jail, {}});
    return all;
}

TEST(Sample, ParsesWithoutWarnings) {
    const Draft draft = parse_text(sample());
    const Resolution resolution = resolve(draft, declared_by_all(draft));
    EXPECT_EQ(texts(resolution.diagnostics), "");
    EXPECT_TRUE(resolution.configuration.jails.empty());
}

TEST(Sample, SoDoesEveryExampleInItsComments) {
    const Draft draft = parse_text(everything_set());
    const Resolution resolution = resolve(draft, declared_by_all(draft));
    EXPECT_EQ(texts(resolution.diagnostics), "");
    EXPECT_GE(resolution.configuration.jails.size(), 3U);
}

TEST(Sample, NamesEveryVariableOfTheHostAndShowsItsDefault) {
    const Draft draft = parse_text(everything_set());
    for (const auto& variable : core_variables()) {
        EXPECT_NE(draft.script().environment.find(variable.name), nullptr) << variable.name;
        const bool fixed = !variable.default_text.empty() && variable.default_text[0] != '$';
        if (fixed) {
            EXPECT_EQ(draft.value(variable.name), variable.default_text) << variable.name;
        }
    }
}

}  // namespace
}  // namespace jailctl::core::config::test
