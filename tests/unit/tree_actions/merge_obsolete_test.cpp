// merge with the stamps of the old base: what it alone had goes, what anybody changed stays.
#include "trees.hpp"

namespace jailctl::tree::test {

/// tree_ is the copy of the system, other_ the fresh base.
class MergeObsolete : public TreeActions {
protected:
    void SetUp() override {
        TreeActions::SetUp();
        fs::create_directories(tree_ / "lib/old");
        fs::create_directories(tree_ / "var");
        for (const char* file : {"lib/old/a", "lib/b", "lib/both", "var/data", "etc-like"}) spit(tree_ / file, "old");
        fs::create_symlink("b", tree_ / "lib/link");
        fs::create_directories(other_ / "lib");
        spit(other_ / "lib/both", "new");
        stamps_ = run(&actions::digests, tree_, Value::object().set("below", "etc").set("stamps", true))["stamps"];
    }
    Value merge() {
        return run(&actions::merge, tree_,
                   Value::object().set("keep_new_only", Value::array().push("var")).set("stamps", stamps_), other_);
    }
    Value stamps_;
};

TEST_F(MergeObsolete, WhatTheOldBaseAloneHadGoesWithItsDirectory) {
    EXPECT_EQ(stamps_.members().size(), 6U);
    EXPECT_EQ(stamps_["lib/link"].str(), "-> b");
    const Value result = merge();
    EXPECT_EQ(result["removed"].num(), 4);
    for (const char* path : {"lib/old", "lib/b", "lib/link", "etc-like"})
        EXPECT_FALSE(fs::exists(tree_ / path)) << path;
    EXPECT_EQ(slurp(tree_ / "lib/both"), "new");
    EXPECT_EQ(slurp(tree_ / "var/data"), "old") << "data is the site's";
    ASSERT_EQ(result["stamps"].members().size(), 1U);
    EXPECT_EQ(result["stamps"].members()[0].first, "lib/both");
}

TEST_F(MergeObsolete, WhatWasChangedStays) {
    spit(tree_ / "lib/old/a", "longer than before");
    spit(tree_ / "lib/old/site", "mine");
    fs::remove(tree_ / "lib/link");
    fs::create_symlink("elsewhere", tree_ / "lib/link");
    fs::last_write_time(tree_ / "etc-like", fs::last_write_time(tree_ / "etc-like") + std::chrono::seconds(5));
    EXPECT_EQ(merge()["removed"].num(), 1);
    for (const char* path : {"lib/old/a", "lib/old/site", "etc-like"}) EXPECT_TRUE(fs::exists(tree_ / path)) << path;
    EXPECT_TRUE(fs::is_symlink(tree_ / "lib/link"));
    EXPECT_FALSE(fs::exists(tree_ / "lib/b"));
}

TEST_F(MergeObsolete, AnUntouchedFileOrLinkGivesWayToADirectory) {
    for (const char* path : {"lib/b", "lib/link"}) {
        fs::create_directories(other_ / path);
        spit(other_ / path / "inner", "new");
    }
    fs::create_directory(other_ / "etc-like");
    const Value result = merge();
    for (const char* path : {"lib/b", "lib/link"}) EXPECT_EQ(slurp(tree_ / path / "inner"), "new") << path;
    EXPECT_TRUE(fs::is_directory(tree_ / "etc-like"));
    EXPECT_EQ(result["replaced"].num(), 4) << "with lib/both";
}

TEST_F(MergeObsolete, AChangedFileDoesNotGiveWayToADirectory) {
    spit(tree_ / "lib/b", "longer than before");
    fs::create_directories(other_ / "lib/b");
    (void)merge();
    EXPECT_EQ(slurp(tree_ / "lib/b"), "longer than before");
    spit(other_ / "lib/b/inner", "new");
    EXPECT_EQ(code_thrown_by([&] { (void)merge(); }), Errc::exists);
}

TEST_F(MergeObsolete, ADirectoryWithNothingButTheOldBaseGivesWayToALink) {
    fs::create_symlink("elsewhere", other_ / "lib/old");
    (void)merge();
    EXPECT_EQ(fs::read_symlink(tree_ / "lib/old"), "elsewhere");
}

TEST_F(MergeObsolete, ADirectoryWithSomethingOfTheSitesDoesNot) {
    spit(tree_ / "lib/old/site", "mine");
    fs::create_symlink("elsewhere", other_ / "lib/old");
    EXPECT_EQ(code_thrown_by([&] { (void)merge(); }), Errc::exists);
    EXPECT_EQ(slurp(tree_ / "lib/old/site"), "mine");
}

TEST_F(MergeObsolete, NoLinkOnTheWayIsFollowed) {
    spit(outside_ / "b", "old");
    fs::last_write_time(outside_ / "b", fs::last_write_time(tree_ / "lib/b"));
    fs::remove_all(other_ / "lib");
    fs::remove_all(tree_ / "lib");
    fs::create_symlink(outside_, tree_ / "lib");
    (void)merge();
    EXPECT_TRUE(fs::exists(outside_ / "b"));
}

}  // namespace jailctl::tree::test
