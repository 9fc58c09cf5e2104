// kill -9 at every point of backup and restore: what has a final name is good, and the next command cleans up.
#include <gmock/gmock.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::IsEmpty;

constexpr int most_points = 60;

class KilledBackup : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        const Result made = site.jailctl({"--batch", "create", "a.test"});
        ASSERT_EQ(made.status, 0) << made.all();
        spit(site.root("a.test") / "root/precious", "precious data\n");
    }
    /// Runs the command killed at its n-th point. False once it has no n-th point any more and came to its end.
    bool killed(const std::vector<std::string>& words, int n) {
        const Result result = site.jailctl(words, {.environment = {"JAILCTL_FAULT=kill:" + std::to_string(n)}});
        if (result.signal == SIGKILL) return true;
        EXPECT_EQ(result.status, 0) << result.all();
        return false;
    }
    void every_archive_is_good() {
        for (const auto& entry : std::filesystem::directory_iterator(site.backups())) {
            if (!entry.path().filename().string().ends_with(".tar.gz")) continue;
            const Result verified = site.jailctl({"verify", entry.path().string()});
            EXPECT_EQ(verified.status, 0) << verified.all();
        }
    }
    Site site{{"a.test:192.0.2.1"}};
    Leaks leaks{site.path()};
};

TEST_F(KilledBackup, WhatIsPublishedIsGoodAndTheNextBackupCleans) {
    int n = 1;
    for (; n < most_points && killed({"backup", "a.test"}, n); ++n) {
        every_archive_is_good();
        ASSERT_EQ(site.jailctl({"status", "a.test"}).status, 0);
        const Result next = site.jailctl({"backup", "a.test"});
        ASSERT_EQ(next.status, 0) << "after a kill at point " << n << ": " << next.all();
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "after a kill at point " << n;
    }
    EXPECT_GT(n, 5) << "the sweep must have met the points";
    EXPECT_LT(n, most_points);
    EXPECT_THAT(leaks.found(), IsEmpty());
}

TEST_F(KilledBackup, ARestoreIsThereWholeOrNotAtAll) {
    ASSERT_EQ(site.jailctl({"backup", "a.test"}).status, 0);
    int n = 1;
    for (; n < most_points; ++n) {
        // Killed between its rename and its commit a restore is undone by this: then there is nothing to delete any more.
        const Result gone = site.jailctl({"--batch", "delete", "a.test"});
        ASSERT_TRUE(gone.status == 0 || gone.err.find("does not exist") != std::string::npos)
            << "before point " << n << ": " << gone.all();
        ASSERT_FALSE(std::filesystem::exists(site.root("a.test"))) << "before point " << n;
        if (!killed({"restore", "a.test"}, n)) break;
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
    EXPECT_THAT(site.leftovers(), IsEmpty());
    EXPECT_THAT(leaks.found(), IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
