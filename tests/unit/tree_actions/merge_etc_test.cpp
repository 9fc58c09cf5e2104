#include "trees.hpp"

namespace jailctl::tree::test {

/// The three versions of a file in /etc: the old base's (digests_), the new base's (other_), the site's (tree_).
class MergeEtc : public TreeActions {
protected:
    void SetUp() override {
        TreeActions::SetUp();
        if (IsSkipped()) return;
        fs::create_directory(tree_ / "etc");
        fs::create_directory(other_ / "etc");
    }
    void old_base(const std::string& name, const std::string& content) {
        spit(scratch_.path() / "old/etc" / name, content);
    }
    void three(const std::string& name, const char* old, const char* fresh, const char* site) {
        fs::create_directories(scratch_.path() / "old/etc");
        if (old != nullptr) old_base(name, old);
        if (fresh != nullptr) spit(other_ / "etc" / name, fresh);
        if (site != nullptr) spit(tree_ / "etc" / name, site);
    }
    Value merge() {
        fs::create_directories(scratch_.path() / "old/etc");
        const Value digests =
            run(&actions::digests, scratch_.path() / "old", Value::object().set("below", "etc"))["digests"];
        return run(&actions::merge, tree_, Value::object().set("etc_digests", digests), other_);
    }
    std::string site(const std::string& name) {
        return stands(tree_ / "etc" / name) ? slurp(tree_ / "etc" / name) : "(none)";
    }
};

TEST_F(MergeEtc, EachOfTheCasesOfThreeVersions) {
    three("untouched", "a", "b", "a");
    three("site-changed", "a", "a", "mine");
    three("both-changed", "a", "b", "mine");
    three("same-change", "a", "b", "b");
    three("new-in-base", nullptr, "b", nullptr);
    three("new-in-both", nullptr, "b", "mine");
    three("removed-by-site", "a", "b", nullptr);
    three("site-only", nullptr, nullptr, "mine");
    three("gone-from-base", "a", nullptr, "a");
    const Value result = merge();
    EXPECT_EQ(site("untouched"), "b");
    EXPECT_EQ(site("site-changed"), "mine");
    EXPECT_EQ(site("both-changed"), "mine");
    EXPECT_EQ(site("both-changed.jailctl-new"), "b");
    EXPECT_EQ(site("same-change"), "b");
    EXPECT_EQ(site("same-change.jailctl-new"), "(none)");
    EXPECT_EQ(site("new-in-base"), "b");
    EXPECT_EQ(site("new-in-both"), "mine");
    EXPECT_EQ(site("new-in-both.jailctl-new"), "b");
    EXPECT_EQ(site("removed-by-site"), "(none)");
    EXPECT_EQ(site("site-only"), "mine");
    EXPECT_EQ(site("gone-from-base"), "a");
    ASSERT_EQ(result["conflicts"].items().size(), 2U);
    EXPECT_EQ(result["replaced"].num(), 1);
    EXPECT_EQ(result["added"].num(), 1);
    EXPECT_EQ(result["kept"].num(), 5);
}

TEST_F(MergeEtc, TheResultHasTheDigestsOfTheNewBase) {
    three("file", "a", "b", "mine");
    fs::create_symlink("/run/x", other_ / "etc/link");
    const Value digests = merge()["etc_digests"];
    const Value fresh = run(&actions::digests, other_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(to_json(digests), to_json(fresh));
}

TEST_F(MergeEtc, LinksAreComparedByTheirTextAndNeverFollowed) {
    fs::create_directories(scratch_.path() / "old/etc");
    fs::create_symlink("/old", scratch_.path() / "old/etc/untouched");
    fs::create_symlink("/old", tree_ / "etc/untouched");
    fs::create_symlink("/new", other_ / "etc/untouched");
    fs::create_symlink(outside_ / "precious", tree_ / "etc/resolv.conf");
    spit(other_ / "etc/resolv.conf", "nameserver");
    const Value result = merge();
    EXPECT_EQ(fs::read_symlink(tree_ / "etc/untouched"), "/new");
    EXPECT_TRUE(fs::is_symlink(tree_ / "etc/resolv.conf"));
    EXPECT_EQ(site("resolv.conf.jailctl-new"), "nameserver");
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_EQ(result["conflicts"].items().size(), 1U);
}

TEST_F(MergeEtc, AnotherTypeInThePlaceOfADirectoryOrFileIsKeptAndNamed) {
    fs::create_symlink(outside_, tree_ / "etc/conf.d");
    fs::create_directory(other_ / "etc/conf.d");
    spit(other_ / "etc/conf.d/precious", "base");
    fs::create_directories(tree_ / "etc/file/inner");
    spit(other_ / "etc/file", "base");
    const Value result = merge();
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_TRUE(stands(tree_ / "etc/file/inner"));
    EXPECT_EQ(site("file.jailctl-new"), "base");
    EXPECT_EQ(result["conflicts"].items().size(), 2U);
}

TEST_F(MergeEtc, ALinkInThePlaceOfTheNewVersionIsReplaced) {
    three("file", "a", "b", "mine");
    fs::create_symlink(outside_ / "precious", tree_ / "etc/file.jailctl-new");
    (void)merge();
    EXPECT_EQ(site("file.jailctl-new"), "b");
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(MergeEtc, WithoutARecordEveryDifferenceIsAConflict) {
    three("file", nullptr, "b", "mine");
    three("same", nullptr, "b", "b");
    const Value result = merge();
    EXPECT_EQ(site("file"), "mine");
    EXPECT_EQ(result["conflicts"].items().size(), 1U);
    EXPECT_EQ(result["conflicts"].items().front().str(), "etc/file");
}

}  // namespace jailctl::tree::test
