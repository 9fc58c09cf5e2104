#include "trees.hpp"

namespace jailctl::tree::test {

/// What create does with ADDONS/etc.
class CopyInto : public TreeActions {
protected:
    Value copy(const std::string& into = "etc") {
        return run(&actions::copy, tree_, Value::object().set("as_root", true).set("into", into), other_);
    }
};

TEST_F(CopyInto, BelongsToRootAndLaysFilesOverThoseThatStandThere) {
    fs::create_directories(tree_ / "etc/rc.d");
    spit(tree_ / "etc/login.conf", "old");
    spit(tree_ / "etc/kept", "kept");
    spit(other_ / "login.conf", "new", 0640);
    ASSERT_EQ(::chown((other_ / "login.conf").c_str(), 1000, 1000), 0);
    (void)copy();
    EXPECT_EQ(slurp(tree_ / "etc/login.conf"), "new");
    EXPECT_EQ(slurp(tree_ / "etc/kept"), "kept");
    EXPECT_EQ(status_of(tree_ / "etc/login.conf").st_uid, 0U);
    EXPECT_EQ(status_of(tree_ / "etc/login.conf").st_mode & 07777U, 0640U);
}

/// Or what any user of the host could make would run as root in the jail.
TEST_F(CopyInto, WhatBecomesRootsHasNoSetIdBitsAndNoCapabilities) {
    spit(other_ / "program", "x");
    fs::create_directory(other_ / "shared");
    ASSERT_EQ(::chown((other_ / "program").c_str(), 1000, 1000), 0);
    set_attribute(other_ / "program", "security.capability",
                  std::string("\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    ASSERT_EQ(::chmod((other_ / "program").c_str(), 06755), 0);
    ASSERT_EQ(::chmod((other_ / "shared").c_str(), 03775), 0);
    (void)copy();
    EXPECT_EQ(status_of(tree_ / "etc/program").st_mode & 07777U, 0755U);
    EXPECT_EQ(attribute(tree_ / "etc/program", "security.capability"), "-");
    EXPECT_EQ(status_of(tree_ / "etc/shared").st_mode & 07777U, 01775U);
}

TEST_F(CopyInto, ADirectoryThatStandsThereKeepsOwnerAndMode) {
    fs::create_directories(tree_ / "etc/sub");
    fs::create_directories(other_ / "sub");
    ASSERT_EQ(::chmod(other_.c_str(), 0700), 0);
    ASSERT_EQ(::chmod((other_ / "sub").c_str(), 0700), 0);
    (void)copy();
    EXPECT_EQ(status_of(tree_ / "etc").st_mode & 07777U, 0755U);
    EXPECT_EQ(status_of(tree_ / "etc/sub").st_mode & 07777U, 0755U);
}

TEST_F(CopyInto, MakesWhatIsMissing) {
    spit(other_ / "file", "x");
    (void)copy("usr/local/etc");
    EXPECT_EQ(slurp(tree_ / "usr/local/etc/file"), "x");
    EXPECT_EQ(status_of(tree_ / "usr").st_mode & 07777U, 0755U);
}

TEST_F(CopyInto, ALinkInThePlaceOfTheTargetIsRefusedNotFollowed) {
    fs::create_symlink(outside_, tree_ / "etc");
    spit(other_ / "precious", "overwritten");
    EXPECT_EQ(code_thrown_by([&] { (void)copy(); }), Errc::exists);
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(CopyInto, ALinkInThePlaceOfAFileOrDirectoryIsReplaced) {
    fs::create_directory(tree_ / "etc");
    fs::create_symlink(outside_ / "precious", tree_ / "etc/file");
    fs::create_symlink(outside_, tree_ / "etc/sub");
    make_fifo(tree_ / "etc/fifo");
    fs::create_directory(other_ / "sub");
    spit(other_ / "file", "mine");
    spit(other_ / "sub/precious", "mine");
    spit(other_ / "fifo", "mine");
    (void)copy();
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_EQ(slurp(tree_ / "etc/file"), "mine");
    EXPECT_EQ(slurp(tree_ / "etc/fifo"), "mine");
    EXPECT_TRUE(S_ISDIR(status_of(tree_ / "etc/sub").st_mode));
}

TEST_F(CopyInto, ADirectoryWithContentIsNotReplacedByAFile) {
    fs::create_directories(tree_ / "etc/sub/inner");
    spit(other_ / "sub", "file");
    EXPECT_EQ(code_thrown_by([&] { (void)copy(); }), Errc::exists);
    EXPECT_TRUE(stands(tree_ / "etc/sub/inner"));
}

TEST_F(CopyInto, OfASourceThatHoldsTheTargetTheCopyItselfIsLeftOut) {
    fs::create_directories(tree_ / "etc/copies");
    spit(tree_ / "etc/file", "x");
    for (const bool whole : {true, false}) {
        const std::string name = whole ? "new" : "old";
        const Value done = run(&actions::copy, tree_,
                               Value::object().set("into", "etc/copies/" + name).set("whole", whole), tree_);
        ASSERT_EQ(done["notes"].items().size(), 1U) << to_json(done);
        EXPECT_EQ(done["notes"].items()[0]["what"].str(), "is the copy itself, which was left out");
        EXPECT_EQ(slurp(tree_ / "etc/copies" / name / "etc/file"), "x");
    }
    EXPECT_FALSE(stands(tree_ / "etc/copies/new/etc/copies/new"));
}

/// Or each file would be removed to make way for itself.
TEST_F(CopyInto, ADirectoryIsNotCopiedToWhereItStands) {
    fs::create_directory(tree_ / "etc");
    spit(tree_ / "etc/file", "x");
    EXPECT_EQ(code_thrown_by([&] {
                  (void)run(&actions::copy, tree_, Value::object().set("into", "etc").set("whole", true),
                            tree_ / "etc");
              }),
              Errc::invalid);
    EXPECT_EQ(slurp(tree_ / "etc/file"), "x");
}

TEST_F(CopyInto, DotDotIsRefused) {
    EXPECT_EQ(code_thrown_by([&] { (void)copy("../outside"); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)copy("etc/../../outside"); }), Errc::invalid);
}

}  // namespace jailctl::tree::test
