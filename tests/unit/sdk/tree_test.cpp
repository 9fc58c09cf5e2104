#include "jailctl/sdk/tree.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::error_of;
namespace fs = std::filesystem;

/// The SDK finds the helper from the place of the running binary: a fake stands there for as long as a test runs.
class TreeTest : public testing::Test {
protected:
    TreeTest() : helper(install_paths().libexec / "jailctl-tree") {
        std::error_code exists;  // tests run side by side: another may have been first
        fs::create_directories(helper.parent_path());
        fs::create_symlink(FAKE_TREE, helper, exists);
    }
    static TreeJob job(const std::string& action) {
        TreeJob result;
        result.action = action;
        return result;
    }
    fs::path helper;
};

TEST_F(TreeTest, HandsOverTheJobAndItsDescriptors) {
    const test::Scratch scratch;
    const auto archive = open_trusted(scratch.write("archive", "content"), Trust::root);
    const auto root = open_trusted_directory(scratch.path(), Trust::root);
    TreeJob work = job("unpack");
    work.arguments.set("trusted", true);
    work.root = root.get();
    work.read_only = true;
    work.descriptors = {{"archive", archive.get()}};
    std::uint64_t progress = 0;
    std::string noted;
    work.on_progress = [&](std::uint64_t bytes) { progress = bytes; };
    work.on_note = [&](const Value& note) { noted = note["path"].str() + " " + note["what"].str(); };
    const Value result = run_tree(work);
    EXPECT_EQ(result["archive"].str(), "content");
    EXPECT_EQ(result["job"]["action"].str(), "unpack");
    EXPECT_TRUE(result["job"]["arguments"]["trusted"].truth());
    EXPECT_TRUE(result["job"]["read_only"].truth());
    EXPECT_EQ(result["job"]["root"].num(), 4);
    EXPECT_TRUE(result["job"]["userns"].is_null());
    EXPECT_EQ(progress, 5U);
    EXPECT_EQ(noted, "a odd");
}

TEST_F(TreeTest, GivesAUserNamespaceForTheIdsOfAJail) {
    JAILCTL_NEEDS_ROOT();
    TreeJob work = job("measure");
    work.id_base = 1879048192;
    const Value result = run_tree(work);
    EXPECT_EQ(result["job"]["id_base"].num(), 1879048192);
    EXPECT_EQ(result["map"].str(), "other");
}

TEST_F(TreeTest, NoUserNamespaceHoldsTheHostsRoot) {
    JAILCTL_NEEDS_ROOT();
    TreeJob work = job("measure");
    work.id_base = 0;
    EXPECT_EQ(test::code_thrown_by([&] { (void)run_tree(work); }), Errc::internal);
}

/// As `status --disk` and a backup have one there: it is no process that runs from the tree.
TEST_F(TreeTest, AHelperInATreeDoesNotOccupyIt) {
    JAILCTL_NEEDS_ROOT();
    const test::Scratch scratch;
    scratch.write("jail/etc/passwd", "");
    const auto root = open_trusted_directory(scratch / "jail", Trust::root);
    bool looked = false;
    TreeJob work = job("enter");
    work.root = root.get();
    work.on_progress = [&](std::uint64_t) {
        looked = true;
        EXPECT_EQ(process_in_root(scratch / "jail"), std::nullopt);
    };
    (void)run_tree(work);
    EXPECT_TRUE(looked);
}

TEST_F(TreeTest, ErrorsComeBackAsTheyWereThrown) {
    const Error error = error_of([] { (void)run_tree(job("refuse")); });
    EXPECT_EQ(error.code(), Errc::no_space);
    EXPECT_STREQ(error.what(), "full");
    EXPECT_EQ(error.hint(), "buy");
}

TEST_F(TreeTest, AHelperThatDiesIsAnInternalErrorWithItsLastWords) {
    const Error died = error_of([] { (void)run_tree(job("die")); });
    EXPECT_EQ(died.code(), Errc::internal);
    EXPECT_NE(std::string(died.what()).find("signal 9"), std::string::npos) << died.what();
    const Error complained = error_of([] { (void)run_tree(job("complain")); });
    EXPECT_NE(std::string(complained.what()).find("exited with status 3"), std::string::npos) << complained.what();
    EXPECT_NE(std::string(complained.what()).find("broken \\x1b[31m"), std::string::npos) << complained.what();
    EXPECT_EQ(code_thrown_by([] { (void)run_tree(job("garbage")); }), Errc::internal);
}

TEST_F(TreeTest, ASignalEndsTheHelper) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::alarm(30);
        Interrupt::install();
        ::_exit(code_thrown_by([] { (void)run_tree(job("sleep")); }) == Errc::interrupted ? 7 : 1);
    }
    ::usleep(200000);
    ::kill(pid, SIGINT);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace jailctl
