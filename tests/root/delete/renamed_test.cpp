// An entry of JAILS is renamed while its jail runs: the root belongs to what runs from it, whatever it is called now.
#include <gmock/gmock.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

TEST(RenamedWhileRunning, NothingIsDoneToARootAnotherNameRunsFrom) {
    JAILCTL_NEEDS_ROOT();
    Site site({"a.test:192.0.2.1"});
    ASSERT_EQ(site.jailctl({"--batch", "create", "a.test"}).status, 0);
    ASSERT_EQ(site.jailctl({"start", "a.test"}).status, 0);
    site.configure({"z.test:192.0.2.1:" + site.root("a.test").string() + "/"});
    for (const std::vector<std::string>& words : {std::vector<std::string>{"delete", "z.test"},
                                                  {"start", "z.test"},
                                                  {"stop", "z.test"},
                                                  {"upgrade", "z.test"}}) {
        std::vector<std::string> batch{"--batch"};
        batch.insert(batch.end(), words.begin(), words.end());
        const Result refused = site.jailctl(batch);
        EXPECT_EQ(refused.status, 1) << words[0] << ": " << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("jail a.test runs from")) << words[0];
    }
    site.configure({"a.test:192.0.2.1"});
    EXPECT_EQ(site.jailctl({"exec", "a.test", "--", "true"}).status, 0) << "it was left alone";
    EXPECT_EQ(site.jailctl({"stop", "a.test"}).status, 0);
}

}  // namespace
}  // namespace jailctl::test
