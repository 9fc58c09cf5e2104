#include <gmock/gmock.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "trees.hpp"

namespace jailctl::tree::test {

class Prune : public TreeActions {
protected:
    Value prune(const std::vector<std::string>& lines) {
        Value patterns = Value::array();
        for (const auto& line : lines) patterns.push(line);
        return run(&actions::prune, tree_, Value::object().set("patterns", std::move(patterns)));
    }
    void SetUp() override {
        TreeActions::SetUp();
        if (IsSkipped()) return;
        fs::create_directories(tree_ / "sbin");
        for (const char* name : {"mount", "mount_nfs", "mount_ufs", "init", ".hidden"})
            spit(tree_ / "sbin" / name, "x");
    }
};

TEST_F(Prune, RemovesAPathWithOrWithoutTheLeadingSlash) {
    const Value result = prune({"/sbin/mount", "sbin/init", "no/such/thing"});
    EXPECT_FALSE(stands(tree_ / "sbin/mount"));
    EXPECT_FALSE(stands(tree_ / "sbin/init"));
    EXPECT_TRUE(stands(tree_ / "sbin/mount_nfs"));
    EXPECT_EQ(result["files"].num(), 2);
    EXPECT_GT(result["bytes"].num(), 0);
}

TEST_F(Prune, GlobsMatchWithinOneNameAndADotOnlyByADot) {
    EXPECT_EQ(prune({"sbin/mount_*"})["files"].num(), 2);
    EXPECT_TRUE(stands(tree_ / "sbin/mount"));
    EXPECT_EQ(prune({"*/[im]*"})["files"].num(), 2);
    EXPECT_EQ(prune({"*"})["entries"].num(), 2);
    EXPECT_TRUE(fs::is_empty(tree_));
    spit(tree_ / ".dot", "x");
    EXPECT_EQ(prune({"*"})["entries"].num(), 0);
    EXPECT_EQ(prune({".d?t"})["entries"].num(), 1);
}

TEST_F(Prune, CommentsAndBlanks) {
    EXPECT_EQ(prune({"# sbin/mount", "", "   ", "  sbin/init  # the first process", "sbin/a#b"})["files"].num(), 1);
    EXPECT_FALSE(stands(tree_ / "sbin/init"));
    EXPECT_TRUE(stands(tree_ / "sbin/mount"));
}

TEST_F(Prune, ADirectoryGoesWithAllItHolds) {
    fs::create_directories(tree_ / "boot/kernel/deep");
    spit(tree_ / "boot/kernel/deep/module", "x");
    set_file_flags(tree_ / "boot/kernel/deep/module", FS_IMMUTABLE_FL);
    const Value result = prune({"boot"});
    EXPECT_FALSE(stands(tree_ / "boot"));
    EXPECT_EQ(result["entries"].num(), 4);
    EXPECT_EQ(result["files"].num(), 1);
}

TEST_F(Prune, ALinkThatMatchesGoesAndNotItsTarget) {
    fs::create_symlink(outside_, tree_ / "data");
    fs::create_symlink(outside_ / "precious", tree_ / "sbin/link");
    EXPECT_EQ(prune({"data", "sbin/link"})["files"].num(), 2);
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_FALSE(stands(tree_ / "data"));
}

TEST_F(Prune, ALinkOnTheWayIsNotFollowedWhereverItLeads) {
    fs::create_symlink(outside_, tree_ / "lib");
    fs::create_symlink("sbin", tree_ / "bin");
    fs::create_symlink("..", tree_ / "up");
    EXPECT_EQ(prune({"lib/precious", "lib/*", "bin/mount", "up/outside/precious", "up/*/precious"})["entries"].num(),
              0);
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_TRUE(stands(tree_ / "sbin/mount"));
    EXPECT_TRUE(stands(tree_ / "lib"));
}

TEST_F(Prune, DotDotIsAnErrorHoweverItIsWritten) {
    for (const char* line : {"../outside/precious", "sbin/../../outside", "..", "\\.\\./outside", "sbin/.\\."})
        EXPECT_EQ(code_thrown_by([&] { (void)prune({line}); }), Errc::invalid) << line;
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(Prune, APatternOfTheRootItselfNamesNothing) {
    EXPECT_EQ(prune({"/", ".", "./", "//"})["entries"].num(), 0);
    EXPECT_TRUE(stands(tree_ / "sbin"));
}

TEST_F(Prune, FifosAndDevicesAreRemovedWithoutBeingOpened) {
    make_fifo(tree_ / "sbin/fifo");
    EXPECT_EQ(prune({"sbin/fifo", "sbin/fifo/below"})["files"].num(), 1);
}

TEST_F(Prune, WhatCannotBeRemovedIsNamed) {
    const std::string long_name(300, 'n');
    EXPECT_THAT(jailctl::test::error_of([&] { (void)prune({"sbin/" + long_name}); }).what(),
                testing::HasSubstr("removing /sbin/" + long_name + ": cannot look at " + long_name + ": "));
    // Without the right to take the flag off, as in the user namespace of a jail.
    set_file_flags(tree_ / "sbin/mount", FS_IMMUTABLE_FL);
    const pid_t child = ::fork();
    if (child == 0) {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct held[2]{};
        (void)::syscall(SYS_capget, &header, held);
        held[0].effective &= ~(1U << CAP_LINUX_IMMUTABLE);
        (void)::syscall(SYS_capset, &header, held);
        const std::string said = jailctl::test::error_of([&] { (void)prune({"sbin/mount"}); }).what();
        ::_exit(said.starts_with("removing /sbin/mount: cannot remove mount: ") ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(prune({"sbin/mount"})["files"].num(), 1);
}

TEST_F(Prune, ADeepTreeAndADeepPattern) {
    make_deep(tree_, 3000);
    std::string path = "d";
    for (int i = 1; i < 1500; ++i) path += "/d";
    EXPECT_EQ(prune({path})["entries"].num(), 1502);
    EXPECT_EQ(prune({"d"})["entries"].num(), 1499);
}

}  // namespace jailctl::tree::test
