// Whether the backups of a jail are recent and proven, as a pure function.
#include "freshness.hpp"

#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::backup {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t now = 1'800'000'000, day = 86400;

BackupInfo backup(std::int64_t days_ago, bool verified = true, const std::string& problem = {}) {
    BackupInfo info;
    info.id = "/b/a.test-" + std::to_string(days_ago);
    info.taken = now - days_ago * day;
    info.verified = verified ? info.taken : 0;
    info.problem = problem;
    return info;
}

std::string code(const std::vector<BackupInfo>& backups) {
    const auto stale = staleness_of("a.test", backups, days(8), now);
    return stale ? stale->code : "";
}

TEST(Freshness, IsOfTheNewestThatIsVerified) {
    EXPECT_EQ(code({}), "backup-missing");
    EXPECT_EQ(code({backup(1)}), "");
    EXPECT_EQ(code({backup(8)}), "");
    EXPECT_EQ(code({backup(9)}), "backup-old");
    EXPECT_EQ(code({backup(3), backup(30), backup(9)}), "");
    EXPECT_EQ(code({backup(30), backup(1, false)}), "backup-old");
    EXPECT_EQ(code({backup(3), backup(1, false)}), "");
    EXPECT_EQ(code({backup(3, false), backup(1, false)}), "backup-unverified");
}

TEST(Freshness, ANewestThatCannotBeUsedIsToldWhateverStandsBehindIt) {
    EXPECT_EQ(code({backup(3), backup(1, true, "damaged")}), "backup-unusable");
    EXPECT_EQ(code({backup(3, true, "damaged"), backup(1)}), "");
}

TEST(Freshness, TheHintIsWhatHelps) {
    EXPECT_EQ(staleness_of("a.test", {backup(9)}, days(8), now)->hint, "make one: 'jailctl backup a.test'");
    EXPECT_EQ(staleness_of("a.test", {backup(9), backup(1, false)}, days(8), now)->hint,
              "prove the newest: 'jailctl verify a.test'");
    EXPECT_EQ(staleness_of("a.test", {backup(9)}, days(8), now)->message,
              "the newest verified backup of jail a.test is of 2027-01-06 08:00:00, 9 days ago");
}

TEST(MaxAge, IsATimeInDaysOrSmallerUnitsOrNone) {
    EXPECT_EQ(parse_max_age("8d"), seconds(days(8)));
    EXPECT_EQ(parse_max_age("36h"), seconds(hours(36)));
    EXPECT_EQ(parse_max_age("none"), std::nullopt);
    for (const char* text : {"", "0", "0d", "d", "-1d", "8w", "8 d", "never", "99999999d"})
        EXPECT_EQ(test::code_thrown_by([&] { (void)parse_max_age(text); }), Errc::invalid) << text;
}

}  // namespace
}  // namespace jailctl::backup
