// doctor --fix after commands that were killed at each of their points.
#include <gmock/gmock.h>

#include "diagnosed.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string quiet = "BACKUP_MAX_AGE=none\n";

/// What a killed command left is named and fixed in one go, or there was nothing.
void expect_mended(const Site& site, const std::string& when) {
    const auto found = diagnose(site).findings();
    EXPECT_THAT(found, AnyOf(IsEmpty(), ElementsAre("interrupted-command a.test"))) << when;
    const Diagnosed fixed = diagnose(site, {"--fix"});
    EXPECT_TRUE(fixed.healthy()) << when << to_json(fixed.document, 1);
    EXPECT_THAT(diagnose(site).findings(), IsEmpty()) << when;
    EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
}

using KilledStart = JailTest;

TEST_F(KilledStart, IsUndone) {
    configure(quiet);
    int point = 1;
    for (; killed_at(point, site, {"start", "a.test"}); ++point) {
        expect_mended(site, "point " + std::to_string(point));
        if (mark() == '*') {  // killed after the commit
            ASSERT_EQ(stop().status, 0);
        }
        EXPECT_THAT(left_behind(), IsEmpty()) << point;
    }
    EXPECT_GT(point, 5);
    EXPECT_EQ(stop().status, 0);
}

using KilledCreate = OneJail;

TEST_F(KilledCreate, IsUndone) {
    site_.configure({"a.test:192.0.2.1"}, quiet);
    int point = 1;
    for (; killed_at(point, site_, {"create", "a.test", "--batch"}); ++point) {
        expect_mended(site_, "point " + std::to_string(point));
        if (std::filesystem::exists(root_)) {
            ASSERT_EQ(remove().status, 0);
        }
        expect_no_jail("point " + std::to_string(point));
    }
    EXPECT_GT(point, 10);
}

TEST_F(KilledCreate, AKilledBackupAndAKilledDeleteAreMendedToo) {
    site_.configure({"a.test:192.0.2.1"}, quiet);
    ASSERT_EQ(create().status, 0);
    int point = 1;
    for (; killed_at(point, site_, {"backup", "a.test"}); ++point)
        expect_mended(site_, "backup, point " + std::to_string(point));
    EXPECT_GT(point, 5);
    for (point = 1; killed_at(point, site_, {"delete", "a.test", "--yes"}); ++point) {
        expect_mended(site_, "delete, point " + std::to_string(point));
        if (!std::filesystem::exists(root_)) {
            ASSERT_EQ(create().status, 0);
        }
    }
    EXPECT_GT(point, 4);
}

}  // namespace
}  // namespace jailctl::test
