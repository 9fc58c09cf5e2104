#include "jailctl/sdk/backup_maker.hpp"

#include <gtest/gtest.h>

namespace jailctl {
namespace {

Configuration of(const std::string& state_dir) {
    Configuration configuration;
    configuration.settings.set("STATE_DIR", {state_dir, {}, true});
    return configuration;
}

TEST(Maker, IsAnotherOfEachStateDirectory) {
    EXPECT_EQ(maker_of(of("/var/lib/one")), maker_of(of("/var/lib/../lib/one/")));
    EXPECT_NE(maker_of(of("/var/lib/one")), maker_of(of("/var/lib/two")));
    EXPECT_EQ(maker_of(of("/var/lib/one")).size(), 16U);
}

}  // namespace
}  // namespace jailctl
