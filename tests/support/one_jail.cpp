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
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/var/lib/jailctl/givers", none))
        EXPECT_EQ(slurp(entry.path()).find(site_.state().string()), std::string::npos) << when << entry.path();
}

void OneJail::expect_no_jail(const std::string& when) const {
    EXPECT_FALSE(std::filesystem::exists(root_)) << when;
    expect_no_trace(when);
}

}  // namespace jailctl::test
