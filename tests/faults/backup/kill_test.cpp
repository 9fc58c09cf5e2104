// kill -9 at every point of backup and restore: what has a final name is good, and the next command cleans up.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::IsEmpty;

constexpr int most_points = 60;

class KilledBackup : public BackedUpSite {
protected:
    void every_archive_is_good() {
        for (const auto& archive : archives(site.backups())) {
            if (archive.extension() != ".gz") continue;  // not published yet
            const Result verified = site.jailctl({"verify", archive.string()});
            EXPECT_EQ(verified.status, 0) << verified.all();
        }
    }
};

TEST_F(KilledBackup, WhatIsPublishedIsGoodAndTheNextBackupCleans) {
    int n = 1;
    for (; n < most_points && killed_at(n, site, {"backup", "a.test"}); ++n) {
        every_archive_is_good();
        ASSERT_EQ(site.jailctl({"status", "a.test"}).status, 0);
        const Result next = site.jailctl({"backup", "a.test"});
        ASSERT_EQ(next.status, 0) << "after a kill at point " << n << ": " << next.all();
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 5) << "the sweep must have met the points";
    EXPECT_LT(n, most_points);
}

TEST_F(KilledBackup, ARestoreIsThereWholeOrNotAtAll) {
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    int n = 1;
    for (; n < most_points; ++n) {
        // Killed between its rename and its commit a restore is undone by this: then there is
        // nothing to delete any more.
        const Result gone = site.jailctl({"--batch", "delete", "a.test"});
        ASSERT_TRUE(gone.status == 0 || gone.err.find("does not exist") != std::string::npos)
            << "before point " << n << ": " << gone.all();
        ASSERT_FALSE(std::filesystem::exists(site.root("a.test"))) << "before point " << n;
        if (!killed_at(n, site, {"restore", "a.test"})) break;
        if (std::filesystem::exists(site.root("a.test"))) {
            EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n") << "point " << n;
            continue;
        }
        ASSERT_EQ(site.jailctl({"status", "a.test"}).status, 0);
        const Result next = site.jailctl({"restore", "a.test"});
        ASSERT_EQ(next.status, 0) << "after a kill at point " << n << ": " << next.all();
        EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n");
        EXPECT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 5) << "the sweep must have met the points";
    EXPECT_LT(n, most_points);
}

}  // namespace
}  // namespace jailctl::test
