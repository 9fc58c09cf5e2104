// The whole way of everything that archivers lose, by the installed program: what its helper may not do in
// its isolation would be missing here alone (tests/unit/tree_archive compares the same tree within one
// process, and other tools').
#include "awkward.hpp"
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using tree::test::build_awkward;
using tree::test::describe;
namespace fs = std::filesystem;

class AwkwardJail : public BackedUpSite, public ::testing::WithParamInterface<std::string> {
protected:
    using Portrait = std::map<std::string, std::string>;
    static void expect_same(const Portrait& before, const Portrait& after, const std::string& what) {
        for (const auto& [path, text] : before)
            EXPECT_EQ(text, after.contains(path) ? after.at(path) : "missing") << what << ": " << path;
        EXPECT_EQ(before.size(), after.size()) << what;
    }
};

INSTANTIATE_TEST_SUITE_P(Formats, AwkwardJail, ::testing::Values("tar.gz", "tar.zst", "tar"));

TEST_P(AwkwardJail, ComesBackWholeByRestoreAndByExtract) {
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "BACKUP_FORMAT=" + GetParam() + "\n");
    const auto tree = site.root("a.test") / "awkward", out = site.path() / "out";
    for (const auto& directory : {tree, out}) fs::create_directory(directory);
    build_awkward(tree);
    const Portrait before = describe(tree);
    ASSERT_GT(before.size(), 60U);
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    const Result restored = site.jailctl({"restore", "a.test"});
    ASSERT_EQ(restored.status, 0) << restored.all();
    expect_same(before, describe(tree), "restored");
    EXPECT_TRUE(fs::is_socket(tree / "socket"));
    const Result taken = site.jailctl({"extract", "a.test", "awkward", "--to", out.string()});
    ASSERT_EQ(taken.status, 0) << taken.all();
    expect_same(before, describe(out / "awkward"), "extracted");
    EXPECT_TRUE(fs::is_socket(out / "awkward/socket"));
}

}  // namespace
}  // namespace jailctl::test
