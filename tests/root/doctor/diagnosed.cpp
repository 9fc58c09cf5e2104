#include "diagnosed.hpp"

#include <gtest/gtest.h>

namespace jailctl::test {

std::vector<std::string> Diagnosed::findings() const {
    std::vector<std::string> found;
    for (const auto& one : document["findings"].items())
        found.push_back(one["code"].str() + " " + one["jail"].str("-") + (one["fixed"].truth() ? " fixed" : ""));
    return found;
}

Diagnosed diagnose(const Site& site, const std::vector<std::string>& more, const RunOptions& options) {
    std::vector<std::string> words{"doctor"};
    words.insert(words.end(), more.begin(), more.end());
    Diagnosed diagnosed{site.json(words, options)};
    bool open = false;
    for (const auto& one : diagnosed.document["findings"].items()) open |= !one["fixed"].truth();
    EXPECT_EQ(diagnosed.healthy(), !open) << to_json(diagnosed.document, 1);
    EXPECT_EQ(diagnosed.document["status"].num(-1), open ? 1 : 0) << to_json(diagnosed.document, 1);
    return diagnosed;
}

}  // namespace jailctl::test
