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

/// As packages do with files of configuration.
TEST_F(MergeEtc, AFileTheSiteClosedOrGaveAwayStaysSoWhenItIsReplaced) {
    three("closed", "a", "b", "a");
    three("as-it-was", "a", "b", "a");
    ASSERT_EQ(::chmod((tree_ / "etc/closed").c_str(), 0640), 0);
    ASSERT_EQ(::chown((tree_ / "etc/closed").c_str(), 7, 8), 0);
    ASSERT_EQ(::chmod((other_ / "etc/closed").c_str(), 0644), 0);
    (void)merge();
    EXPECT_EQ(site("closed"), "b");
    EXPECT_EQ(status_of(tree_ / "etc/closed").st_mode & 07777U, 0640U);
    EXPECT_EQ(status_of(tree_ / "etc/closed").st_uid, 7U);
    EXPECT_EQ(status_of(tree_ / "etc/closed").st_gid, 8U);
    EXPECT_EQ(site("as-it-was"), "b");
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
    const Value& conflict = result["conflicts"].items().front();
    EXPECT_EQ(conflict["path"].str(), "etc/file");
    EXPECT_FALSE(conflict["changed_here"].truth()) << "nobody knows";
    EXPECT_TRUE(conflict["beside"].truth());
}

/// A directory is a version like any other: of the base's, of the site's.
class MergeEtcDirectories : public MergeEtc {
protected:
    /// The base has this directory with a file in it.
    static void directory(const fs::path& etc, const std::string& name, const std::string& content) {
        fs::create_directories(etc / name);
        spit(etc / name / "inner", content);
    }
    fs::path old() const { return scratch_.path() / "old/etc"; }
};

TEST_F(MergeEtcDirectories, OneThatOnlyTheSiteReplacedIsNoConflict) {
    directory(old(), "dir", "a");
    spit(old() / "dir/gone", "a");
    directory(other_ / "etc", "dir", "a");
    fs::create_directories(old() / "empty");
    fs::create_directory(other_ / "etc/empty");
    for (const char* name : {"dir", "empty"}) fs::create_symlink(outside_, tree_ / "etc" / name);
    const Value result = merge();
    for (const char* name : {"dir", "empty"}) {
        EXPECT_TRUE(fs::is_symlink(tree_ / "etc" / name)) << name;
        EXPECT_FALSE(stands(tree_ / "etc" / (std::string(name) + ".jailctl-new"))) << name;
    }
    EXPECT_TRUE(result["conflicts"].items().empty()) << to_json(result);
    EXPECT_FALSE(stands(outside_ / "inner"));
    const Value fresh = run(&actions::digests, other_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(to_json(result["etc_digests"]), to_json(fresh)) << "what is below it as well";
}

/// The site keeps it elsewhere, and would not see what the base changes in it.
TEST_F(MergeEtcDirectories, OfOneThatTheSiteReplacedWhatTheBaseChangesInItIsPutBeside) {
    for (const char* name : {"changed", "longer"}) {
        directory(old(), name, "a");
        directory(other_ / "etc", name, "a");
        fs::create_symlink(outside_, tree_ / "etc" / name);
    }
    directory(old() / "changed", "sub", "a");
    directory(other_ / "etc/changed", "sub", "b");
    spit(other_ / "etc/longer/another", "b");
    const Value result = merge();
    EXPECT_EQ(site("changed.jailctl-new/sub/inner"), "b");
    EXPECT_EQ(site("longer.jailctl-new/another"), "b");
    ASSERT_EQ(result["conflicts"].items().size(), 2U) << to_json(result);
    for (const Value& conflict : result["conflicts"].items()) {
        EXPECT_TRUE(fs::is_symlink(tree_ / conflict["path"].str()));
        EXPECT_TRUE(conflict["changed_here"].truth());
        EXPECT_TRUE(conflict["beside"].truth());
    }
    EXPECT_FALSE(stands(outside_ / "inner"));
    const Value fresh = run(&actions::digests, other_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(to_json(result["etc_digests"]), to_json(fresh));
}

TEST_F(MergeEtcDirectories, ARecordWithoutDirectoriesKnowsThemByWhatWasInThem) {
    directory(other_ / "etc", "dir", "b");
    fs::create_directory(other_ / "etc/dir/empty");
    fs::create_symlink(outside_, tree_ / "etc/dir");
    const Value known = run(&actions::digests, other_, Value::object().set("below", "etc"))["digests"];
    const Value digests = Value::object().set("etc/dir/inner", known["etc/dir/inner"].str());
    const Value result = run(&actions::merge, tree_, Value::object().set("etc_digests", digests), other_);
    EXPECT_TRUE(result["conflicts"].items().empty()) << to_json(result);
    EXPECT_TRUE(fs::is_symlink(tree_ / "etc/dir"));
}

TEST_F(MergeEtcDirectories, AnUntouchedFileThatBecomesADirectoryIsReplaced) {
    three("file", "a", nullptr, "a");
    directory(other_ / "etc", "file", "b");
    const Value result = merge();
    EXPECT_EQ(site("file/inner"), "b");
    EXPECT_TRUE(result["conflicts"].items().empty()) << to_json(result);
    EXPECT_EQ(result["replaced"].num(), 1);
}

TEST_F(MergeEtcDirectories, AChangedFileStaysAndTheDirectoryIsPutBeside) {
    three("file", "a", nullptr, "mine");
    directory(other_ / "etc", "file", "b");
    spit(other_ / "etc/file/second", "b");
    directory(tree_ / "etc", "file.jailctl-new", "of an earlier upgrade");
    spit(tree_ / "etc/file.jailctl-new/stale", "of an earlier upgrade");
    const Value result = merge();
    EXPECT_EQ(site("file"), "mine");
    EXPECT_EQ(site("file.jailctl-new/inner"), "b");
    EXPECT_EQ(site("file.jailctl-new/second"), "b");
    EXPECT_FALSE(stands(tree_ / "etc/file.jailctl-new/stale"));
    ASSERT_EQ(result["conflicts"].items().size(), 1U);
    const Value& conflict = result["conflicts"].items().front();
    EXPECT_EQ(conflict["path"].str(), "etc/file");
    EXPECT_TRUE(conflict["changed_here"].truth());
    EXPECT_TRUE(conflict["beside"].truth());
    const Value fresh = run(&actions::digests, other_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(to_json(result["etc_digests"]), to_json(fresh));
}

TEST_F(MergeEtcDirectories, ADirectoryThatBecomesAFile) {
    fs::create_directories(old() / "empty");
    fs::create_directory(tree_ / "etc/empty");
    directory(old(), "full", "a");
    directory(tree_ / "etc", "full", "a");
    for (const char* name : {"empty", "full"}) spit(other_ / "etc" / name, "b");
    const Value result = merge();
    EXPECT_EQ(site("empty"), "b");
    EXPECT_EQ(site("full/inner"), "a");
    EXPECT_EQ(site("full.jailctl-new"), "b");
    ASSERT_EQ(result["conflicts"].items().size(), 1U);
    EXPECT_FALSE(result["conflicts"].items().front()["changed_here"].truth());
}

TEST_F(MergeEtcDirectories, ANameTooLongForOneBesideIsSaidToHaveNone) {
    const std::string name(250, 'n');
    three(name, "a", nullptr, "mine");
    directory(other_ / "etc", name, "b");
    const Value result = merge();
    EXPECT_EQ(site(name), "mine");
    ASSERT_EQ(result["conflicts"].items().size(), 1U);
    EXPECT_FALSE(result["conflicts"].items().front()["beside"].truth());
}

}  // namespace jailctl::tree::test
