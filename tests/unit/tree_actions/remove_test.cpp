#include <linux/fs.h>
#include <sys/sysmacros.h>

#include "trees.hpp"

namespace jailctl::tree::test {

using Remove = TreeActions;

TEST_F(Remove, EmptiesTheRootOfEveryTypeAndKeepsTheRootItself) {
    fs::create_directories(tree_ / "a/b");
    spit(tree_ / "a/b/file", "x");
    make_fifo(tree_ / "fifo");
    make_socket(tree_ / "s");
    ASSERT_EQ(::mknod((tree_ / "null").c_str(), S_IFCHR | 0600, makedev(1, 3)), 0);
    spit(tree_ / "odd \n\xff name", "x");
    const Value result = run(&actions::remove, tree_);
    EXPECT_TRUE(fs::is_empty(tree_));
    EXPECT_EQ(result["entries"].num(), 7);
}

TEST_F(Remove, TakesALinkAndNotWhatItPointsTo) {
    fs::create_symlink(outside_, tree_ / "to-directory");
    fs::create_symlink(outside_ / "precious", tree_ / "to-file");
    (void)run(&actions::remove, tree_);
    EXPECT_TRUE(fs::is_empty(tree_));
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(Remove, ClearsImmutableAndAppendOnly) {
    fs::create_directories(tree_ / "locked/inner");
    spit(tree_ / "locked/inner/file", "x");
    set_file_flags(tree_ / "locked/inner/file", FS_IMMUTABLE_FL);
    set_file_flags(tree_ / "locked/inner", FS_APPEND_FL);
    set_file_flags(tree_ / "locked", FS_IMMUTABLE_FL);
    (void)run(&actions::remove, tree_);
    EXPECT_TRUE(fs::is_empty(tree_));
}

TEST_F(Remove, ATreeOfTenThousandLevelsNeedsNoMoreThanAFewDescriptors) {
    make_deep(tree_, 10000);
    (void)run(&actions::remove, tree_);
    EXPECT_TRUE(fs::is_empty(tree_));
}

TEST_F(Remove, AWideDirectory) {
    for (int i = 0; i < 5000; ++i) spit(tree_ / ("file" + std::to_string(i)), "");
    for (int i = 0; i < 500; ++i) fs::create_directory(tree_ / ("dir" + std::to_string(i)));
    EXPECT_EQ(run(&actions::remove, tree_)["entries"].num(), 5500);
    EXPECT_TRUE(fs::is_empty(tree_));
}

TEST_F(Remove, AnEmptyTreeIsSuccess) { EXPECT_EQ(run(&actions::remove, tree_)["entries"].num(), 0); }

}  // namespace jailctl::tree::test
