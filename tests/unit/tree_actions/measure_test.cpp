#include <fcntl.h>

#include "trees.hpp"

namespace jailctl::tree::test {

using Measure = TreeActions;

TEST_F(Measure, CountsWhatIsAllocatedAndHardLinksOnce) {
    const std::int64_t empty = run(&actions::measure, tree_)["bytes"].num();
    spit(tree_ / "file", std::string(1 << 20, 'x'));
    fs::create_hard_link(tree_ / "file", tree_ / "again");
    spit(tree_ / "sparse", "");
    ASSERT_EQ(::truncate((tree_ / "sparse").c_str(), 1 << 30), 0);
    make_socket(tree_ / "s");
    fs::create_symlink(outside_, tree_ / "link");
    ::sync();  // delayed allocation counts blocks only once they have a place
    const Value result = run(&actions::measure, tree_);
    EXPECT_EQ(result["entries"].num(), 5);
    EXPECT_EQ(result["sockets"].num(), 1);
    EXPECT_GE(result["bytes"].num() - empty, 1 << 20);
    EXPECT_LT(result["bytes"].num() - empty, (1 << 20) + 65536);
}

TEST_F(Measure, WhatIsExcludedIsNotCounted) {
    fs::create_directories(tree_ / "tmp/inner");
    spit(tree_ / "tmp/inner/file", "x");
    spit(tree_ / "kept", "x");
    const Value excludes(Value::Array{"./tmp/*"});
    EXPECT_EQ(run(&actions::measure, tree_, Value::object().set("excludes", excludes))["entries"].num(), 2);
}

TEST_F(Measure, ADeepTree) {
    make_deep(tree_, 10000);
    EXPECT_EQ(run(&actions::measure, tree_)["entries"].num(), 10001);
    (void)run(&actions::remove, tree_);
}

}  // namespace jailctl::tree::test
