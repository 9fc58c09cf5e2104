#include "one_jail.hpp"

#include "jailctl/testing/thrown.hpp"

namespace jailctl::test {

void OneJail::SetUp() { JAILCTL_NEEDS_ROOT(); }

Result OneJail::create(const std::vector<std::string>& more) const {
    std::vector<std::string> words{"create", "a.test", "--batch"};
    words.insert(words.end(), more.begin(), more.end());
    return site_.jailctl(words);
}

void OneJail::expect_no_trace(const std::string& when) const {
    EXPECT_EQ(site_.leftovers(), std::vector<std::string>{}) << when;
    EXPECT_FALSE(std::filesystem::exists(site_.state() / "bases" / "a.test.json")) << when;
    const std::string ids = slurp(site_.state() / "ids.json");
    EXPECT_EQ(ids.find("a.test"), std::string::npos) << when << ids;
}

void OneJail::expect_no_jail(const std::string& when) const {
    EXPECT_FALSE(std::filesystem::exists(root_)) << when;
    expect_no_trace(when);
}

}  // namespace jailctl::test
