// kill -9 at every point of upgrade: the jail is the old one or the new one, whole, and the next command cleans up.
#include "old_and_new.hpp"

namespace jailctl::test {

using ::testing::AnyOf;
using ::testing::IsEmpty;

namespace {

constexpr int most_points = 120;

class KilledUpgrade : public OldAndNew {
protected:
    /// After the next command: whole, of one of the two versions, record and system in agreement, nothing beside it.
    std::string expect_whole(int n) {
        const std::string version = in_jail("usr/lib/version");
        EXPECT_THAT(version, AnyOf("1", "2")) << "point " << n;
        expect_version(version);
        EXPECT_EQ(site_.jailctl({"status", "a.test"}).out,
                  "Jail status (*=running, !=not configured):\n a.test (192.0.2.1)\n")
            << "point " << n;
        return version;
    }
    void expect_starts(int n) {
        EXPECT_EQ(site_.jailctl({"start", "a.test"}).status, 0) << "point " << n;
        EXPECT_EQ(site_.jailctl({"exec", "a.test", "--", "true"}).status, 0) << "point " << n;
        EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0) << "point " << n;
    }
};

}  // namespace

TEST_F(KilledUpgrade, TheNextCommandFindsAWholeJailAndLeavesNothingBehind) {
    const std::string archives[] = {pack("1"), pack("2")};
    std::string version = "1";
    int n = 1;
    for (; n < most_points; ++n) {
        const std::string wanted = version == "1" ? "2" : "1";
        use(archives[wanted == "2"]);
        const bool was_killed = killed_at(n, site_, {"upgrade", "a.test"});
        EXPECT_EQ(site_.jailctl({"status", "a.test"}).status, 0) << "point " << n;
        // Any changing command recovers; stop of a stopped jail does nothing else.
        (void)site_.jailctl({"stop", "a.test"});
        version = expect_whole(n);
        if (HasFailure()) break;
        if (n % 10 == 0) expect_starts(n);
        if (!was_killed) {
            EXPECT_EQ(version, wanted);
            break;
        }
    }
    EXPECT_GT(n, 20) << "the sweep must have met the points";
    EXPECT_LT(n, most_points);
    expect_starts(n);
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(KilledUpgrade, TheCleaningMayBeKilledToo) {
    const std::string archives[] = {pack("1"), pack("2")};
    std::string version = "1";
    for (const int n : {8, 16, 24, 32, 40}) {
        use(archives[version == "1"]);
        if (!killed_at(n, site_, {"upgrade", "a.test"})) break;
        for (const int m : {1, 2, 3}) (void)site_.jailctl({"stop", "a.test"}, kill_at(m));
        (void)site_.jailctl({"stop", "a.test"});
        version = expect_whole(n);
    }
    expect_starts(0);
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

}  // namespace jailctl::test
