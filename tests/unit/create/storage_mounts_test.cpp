/// What is mounted in a tree belongs to somebody else: no Storage empties it, or takes it from sight with the tree.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <functional>

#include "jailctl/sdk/error.hpp"
#include "storage_dir.hpp"
#include "support.hpp"

namespace jailctl::create {
namespace {

namespace fs = std::filesystem;

class StorageMounts : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
        ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
        for (const fs::path& made : {home_, foreign_}) fs::create_directory(made);
        ::chmod(home_.c_str(), 0700);
        test::spit(foreign_ / "file", "theirs");
    }
    void TearDown() override {
        if (!bound_.empty()) ::umount2(bound_.c_str(), MNT_DETACH);
    }
    void bind_to(const fs::path& place) {
        fs::create_directories(place);
        ASSERT_EQ(::mount(foreign_.c_str(), place.c_str(), nullptr, MS_BIND, nullptr), 0);
        bound_ = place;
    }
    void expect_refused(const std::function<void()>& change) const {
        try {
            change();
            ADD_FAILURE() << "nothing was thrown";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::busy) << error.what();
            EXPECT_NE(std::string(error.what()).find("something is mounted on " + bound_.string()), std::string::npos)
                << error.what();
        }
        EXPECT_EQ(test::slurp(bound_ / "file"), "theirs") << "still mounted, and as it was";
    }
    test::Scratch scratch_;
    fs::path home_ = scratch_.path() / "home", foreign_ = scratch_.path() / "foreign", bound_;
    fs::path root_ = home_ / "a.test";
    const std::string name_ = ".jailctl-trash-a.test";
    DirStorage storage_;
};

TEST_F(StorageMounts, AStagingNameThatIsAMountPointIsNotEmptied) {
    bind_to(home_ / name_);
    expect_refused([&] { storage_.remove(root_, name_); });
}

TEST_F(StorageMounts, AMountInALeftoverKeepsIt) {
    bind_to(home_ / name_ / "deep" / "er");
    expect_refused([&] { storage_.remove(root_, name_); });
}

TEST_F(StorageMounts, ARootIsNotSetAsideWithWhatIsMountedInIt) {
    bind_to(root_ / "srv");
    expect_refused([&] { storage_.set_aside(root_, name_); });
    EXPECT_FALSE(fs::exists(home_ / name_));
}

TEST_F(StorageMounts, NeitherSideOfAnExchangeMayHaveOne) {
    fs::create_directories(home_ / name_);
    bind_to(root_ / "srv");
    expect_refused([&] { storage_.exchange(root_, name_); });
    ASSERT_EQ(::umount2(bound_.c_str(), 0), 0);
    bind_to(home_ / name_ / "srv");
    expect_refused([&] { storage_.exchange(root_, name_); });
}

TEST_F(StorageMounts, NothingIsMadeForARootThatIsAMountPoint) {
    bind_to(root_);
    expect_refused([&] { storage_.make(root_, name_); });
    EXPECT_FALSE(fs::exists(home_ / name_));
}

}  // namespace
}  // namespace jailctl::create
