// What create refuses, and that a refusal or a failure changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;

namespace {

mode_t mode(const std::filesystem::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
}

using CreateRefuses = OneJail;

}  // namespace

TEST_F(CreateRefuses, AJailThatExists) {
    std::filesystem::create_directory(root_);
    spit(root_ / "mine", "x");
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("jail a.test exists already"));
    EXPECT_THAT(made.err, HasSubstr("jailctl delete a.test"));
    EXPECT_EQ(slurp(root_ / "mine"), "x");
    expect_no_trace();
}

TEST_F(CreateRefuses, ALinkOrFileAtItsPlace) {
    std::filesystem::create_directory(site_.path() / "victim");
    std::filesystem::create_directory_symlink(site_.path() / "victim", root_);
    EXPECT_EQ(create().status, 1);
    EXPECT_TRUE(std::filesystem::is_empty(site_.path() / "victim"));
    std::filesystem::remove(root_);
    spit(root_, "a file");
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("is no directory"));
    expect_no_trace();
}

TEST_F(CreateRefuses, AHomeThatOthersCanEnterAndThatHoldsMoreThanJails) {
    ::chmod(site_.home().c_str(), 0755);
    spit(site_.home() / "somebody's", "x");
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("chmod"));
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_EQ(mode(site_.home()), 0755U);
    expect_no_trace();
}

TEST_F(CreateRefuses, ToLeaveItsOwnHomeOpenAndSaysSo) {
    ::chmod(site_.home().c_str(), 0755);
    spit(site_.home() / "a.test-20260101T000000Z.tar.gz", "x");
    spit(site_.path() / "addons" / "runme.sh", "#!/bin/sh\nexit 7\n", 0755);
    EXPECT_EQ(create().status, 1);
    EXPECT_EQ(mode(site_.home()), 0755U) << "a failed create leaves it as it was";
    std::filesystem::remove(site_.path() / "addons" / "runme.sh");
    const Result made = create();
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("is closed to other users now"));
    EXPECT_EQ(mode(site_.home()), 0700U);
}

TEST_F(CreateRefuses, ABaseNobodyOffers) {
    site_.configure({"a.test:192.0.2.1"}, "BASE=busybix");
    const Result made = create();
    EXPECT_EQ(made.status, 2) << made.all();
    EXPECT_THAT(made.err, HasSubstr("busybox"));
    expect_no_trace();
}

TEST_F(CreateRefuses, AnArchiveThatIsNotThere) {
    site_.configure({"a.test:192.0.2.1"}, "BASE=archive:/nonexistent/base.tar.gz");
    const Result made = create();
    EXPECT_NE(made.status, 0);
    EXPECT_THAT(made.err, HasSubstr("/nonexistent"));
    expect_no_trace();
}

TEST_F(CreateRefuses, ADiskThatIsTooSmallWithBothNumbers) {
    // In a mount namespace of the test's own: a file system of 1 MiB where the jails live.
    const std::string script = "mount -t tmpfs -o size=1m,mode=700 none " + site_.home().string() + " && exec " +
                               (stage() / "bin/jailctl").string() + " --config " + site_.config().string() +
                               " create a.test --batch";
    const Result made = run_command({"unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script});
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_THAT(made.err, HasSubstr("needs about"));
    EXPECT_THAT(made.err, HasSubstr("MB are free"));
    expect_no_trace();
}

TEST_F(CreateRefuses, ABeforeHookThatSaysNo) {
    const auto hook = site_.path() / "veto";
    spit(hook, "#!/bin/sh\nexit 3\n", 0755);
    site_.configure({"a.test:192.0.2.1"}, "BEFORECREATE_HOOKS=" + hook.string());
    EXPECT_EQ(create().status, 1);
    expect_no_jail();
}

TEST_F(CreateRefuses, WhatFailsHalfwayLeavesNoJailAndTheAfterHookHearsOfIt) {
    const auto hook = site_.path() / "after";
    const std::string heard = (site_.path() / "heard").string();
    spit(hook, "#!/bin/sh\necho \"$JAILCTL_EVENT $JAILCTL_RESULT\" >> " + heard + "\n", 0755);
    site_.configure({"a.test:192.0.2.1"}, "AFTERCREATE_HOOKS=" + hook.string());
    spit(site_.path() / "addons" / "runme.sh", "#!/bin/sh\nexit 7\n", 0755);
    const Result made = create();
    EXPECT_EQ(made.status, 1);
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_THAT(slurp(site_.path() / "heard"), HasSubstr("after-create"));
    expect_no_trace();
}

TEST_F(CreateRefuses, AndTakesAwayEachDirectoryItMadeForJails) {
    const auto home = site_.path() / "n1/n2/n3";
    std::filesystem::create_directories(site_.home() / "addons");
    spit(site_.home() / "addons/runme.sh", "exit 7\n", 0700);
    site_.configure({"a.test:192.0.2.1"},
                    "ADDONS=" + (site_.home() / "addons").string() + "\nJAIL_HOME=" + home.string());
    const Result made = create();
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_FALSE(std::filesystem::exists(site_.path() / "n1")) << made.all();
}

TEST_F(CreateRefuses, ARootThatIsAMountPoint) {
    std::filesystem::create_directory(root_);
    ASSERT_EQ(::mount("none", root_.c_str(), "tmpfs", 0, "size=64k"), 0);
    const Lease unmount([this] { ::umount2(root_.c_str(), MNT_DETACH); });
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--dry-run"}}) {
        const Result made = create(more);
        EXPECT_EQ(made.status, 1) << made.all();
        EXPECT_THAT(made.err, HasSubstr("something is mounted on " + root_.string()));
    }
    expect_no_trace();
}

}  // namespace jailctl::test
