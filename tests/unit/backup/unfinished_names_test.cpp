#include "archive_names.hpp"

#include <gmock/gmock.h>

#include "jailctl/sdk/host.hpp"

namespace jailctl::backup::test {
namespace {

Configuration of(const std::string& state_dir) {
    Configuration configuration;
    configuration.settings.set("STATE_DIR", {state_dir, {}, true});
    return configuration;
}

TEST(UnfinishedNames, NamesWhatIsUnfinishedSoThatTwoNeverMeet) {
    const auto mine = unfinished_name(of("/var/lib/one"), "a.test", ".partial");
    EXPECT_NE(mine, unfinished_name(of("/var/lib/two"), "a.test", ".partial"));
    EXPECT_EQ(jail_of_unfinished(mine), "a.test");
    EXPECT_EQ(jail_of_unfinished(unfinished_name(of("/var/lib/one"), "a.test", ".scratch")), "a.test");
}

TEST(UnfinishedNames, KnowsTheNamesOfOlderVersionsAndNoOthers) {
    EXPECT_EQ(jail_of_unfinished(".jailctl-backup-a.test.partial"), "a.test");
    for (const char* other : {".jailctl-backup-.partial", ".jailctl-backup-a.test", ".jailctl-backup-~0.partial",
                              "a.test.partial", ".jailctl-backup-a b.partial", ".jailctl-backup-a.test~1.tar"})
        EXPECT_EQ(jail_of_unfinished(other), "") << other;
}

}  // namespace
}  // namespace jailctl::backup::test
