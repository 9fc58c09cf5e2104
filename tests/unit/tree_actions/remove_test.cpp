#include <gmock/gmock.h>
#include <linux/fs.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "swapper.hpp"
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

TEST_F(Remove, NothingOutsideIsRemovedWhateverIsSwappedUnderIt) {
    const auto bait = scratch_.path() / "bait";
    fs::create_directory(outside_ / "inner");
    spit(outside_ / "inner/file", "do not touch either");
    for (int i = 0; i < 25; ++i) {
        fs::remove_all(tree_);
        fs::create_directories(tree_ / "dir/sub/deep");
        for (int file = 0; file < 50; ++file) spit(tree_ / "dir/sub" / std::to_string(file), "x");
        fs::remove_all(bait);
        fs::create_symlink(outside_, bait);
        {
            const Swapper directories([&] { exchange(tree_ / "dir", bait); });
            const Swapper inner([&] { exchange(tree_ / "dir/sub", bait); });
            try {
                (void)run(&actions::remove, tree_);
            } catch (const Error&) {
                // It may fail: something was there again.
            }
        }
        ASSERT_EQ(slurp(outside_ / "precious"), "do not touch") << "after " << i << " runs";
        ASSERT_EQ(slurp(outside_ / "inner/file"), "do not touch either");
        (void)run(&actions::remove, tree_);
        EXPECT_TRUE(fs::is_empty(tree_)) << "once nobody swaps any more";
    }
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

TEST_F(Remove, AWideAndDeepTreeIsCountedWholeWhoeverRemovesIt) {
    // Many directories at every level: two threads hand them to each other, and meet each other's empty ones.
    std::int64_t entries = 0;
    for (int i = 0; i < 30; ++i)
        for (int j = 0; j < 10; ++j) {
            const fs::path inner = tree_ / ("d" + std::to_string(i)) / "same" / ("e" + std::to_string(j));
            fs::create_directories(inner / "empty");
            for (int k = 0; k < 20; ++k) spit(inner / ("file" + std::to_string(k)), "x");
            if (j == 3) set_file_flags(inner / "file7", FS_IMMUTABLE_FL);
            if (j == 4) set_file_flags(inner, FS_IMMUTABLE_FL);
            entries += 22;
        }
    entries += 30 * 2;
    const Value result = run(&actions::remove, tree_);
    EXPECT_TRUE(fs::is_empty(tree_));
    EXPECT_EQ(result["entries"].num(), entries);
}

TEST_F(Remove, WhatIsMountedDeepInALargeTreeIsRefusedAndStays) {
    for (int i = 0; i < 60; ++i) {
        const fs::path directory = tree_ / ("d" + std::to_string(i)) / "inner";
        fs::create_directories(directory);
        for (int k = 0; k < 20; ++k) spit(directory / ("file" + std::to_string(k)), "x");
    }
    const fs::path at = tree_ / "d59/inner/mounted";
    fs::create_directory(at);
    ASSERT_EQ(::mount(outside_.c_str(), at.c_str(), nullptr, MS_BIND, nullptr), 0);
    try {
        (void)run(&actions::remove, tree_);
        ADD_FAILURE() << "nothing was refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::busy);
        EXPECT_THAT(error.what(), testing::HasSubstr("something is mounted on /d59/inner/mounted of the tree"));
    }
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_EQ(::umount2(at.c_str(), MNT_DETACH), 0);
}

TEST_F(Remove, AnEmptyTreeIsSuccess) { EXPECT_EQ(run(&actions::remove, tree_)["entries"].num(), 0); }

}  // namespace jailctl::tree::test
