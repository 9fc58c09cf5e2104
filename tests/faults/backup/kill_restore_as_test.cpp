// kill -9 at every point of restore --as: the jail copied from is as it was, the new one is whole or not there.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr int most_points = 60;

class KilledRestoreAs : public BackedUpSite {
protected:
    void the_original_is_untouched(int n) {
        EXPECT_EQ(slurp(site.root("a.test") / "root/precious"), "precious data\n") << "point " << n;
        EXPECT_EQ(slurp(site.root("a.test") / "etc/hostname"), "a.test\n") << "point " << n;
    }
};

TEST_F(KilledRestoreAs, TheSameCommandAgainCleansSaysSoAndMakesTheJail) {
    spit(site.root("a.test") / "etc/hostname", "a.test\n");
    ASSERT_EQ(backup().status, 0);
    int cleaned = 0, n = 1;
    for (; n < most_points && killed_at(n, site, {"restore", "a.test", "--as", "b.test"}); ++n) {
        the_original_is_untouched(n);
        const Result again = site.jailctl({"restore", "a.test", "--as", "b.test"});
        if (again.all().find("Undoing") != std::string::npos) ++cleaned;
        // Killed behind its commit there is nothing to clean, and the jail stands.
        if (again.status != 0) {
            EXPECT_THAT(again.err, HasSubstr("jail b.test exists")) << "point " << n;
        }
        EXPECT_EQ(slurp(site.root("b.test") / "root/precious"), "precious data\n") << "point " << n;
        ASSERT_THAT(site.leftovers(), IsEmpty()) << "point " << n;
        ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
    }
    EXPECT_GT(cleaned, n / 2) << "of " << n - 1 << " kills; before the first step and behind the last there is nothing";
    EXPECT_LT(n, most_points);
}

}  // namespace
}  // namespace jailctl::test
