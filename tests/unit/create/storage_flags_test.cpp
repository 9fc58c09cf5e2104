// Roots on a file system that knows no flags of renameat2(2): ZFS before 2.2.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sentence.hpp"
#include "storage_dir.hpp"
#include "support.hpp"

namespace {
bool knows_no_flags = false;
}  // namespace

// In place of glibc's, for the whole program: fails as such a file system does while the test asks for it.
extern "C" int renameat2(int from, const char* old, int to, const char* name, unsigned flags) noexcept {
    if (knows_no_flags && flags != 0) return errno = EINVAL, -1;
    return static_cast<int>(::syscall(SYS_renameat2, from, old, to, name, flags));
}

namespace jailctl::create {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

class WithoutFlags : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        scratch_.write("home/a.test/file", "x");
        knows_no_flags = true;
    }
    void TearDown() override { knows_no_flags = false; }
    test::Scratch scratch_;
    fs::path root_ = scratch_ / "home/a.test", aside_ = scratch_ / "home/.jailctl-x-a.test";
    std::string name_ = aside_.filename();
    DirStorage storage_;
};

TEST_F(WithoutFlags, ARootIsSetAsideAndPutBack) {
    storage_.set_aside(root_, name_);
    EXPECT_FALSE(fs::exists(root_));
    EXPECT_TRUE(fs::exists(aside_ / "file"));
    put_back(root_, name_);
    EXPECT_TRUE(fs::exists(root_ / "file"));
}

TEST_F(WithoutFlags, NothingIsReplaced) {
    scratch_.directory("home/" + name_);
    EXPECT_THAT(sentence_of([&] { storage_.set_aside(root_, name_); }), HasSubstr("exists already"));
    fs::remove(aside_);
    fs::create_symlink("nowhere", aside_);
    EXPECT_THAT(sentence_of([&] { storage_.set_aside(root_, name_); }), HasSubstr("exists already"));
    EXPECT_TRUE(fs::exists(root_ / "file"));
}

TEST_F(WithoutFlags, NothingIsExchangedInTwoSteps) {
    scratch_.write("home/" + name_ + "/new", "x");
    EXPECT_THAT(sentence_of([&] { storage_.exchange(root_, name_); }),
                HasSubstr("cannot exchange two directories in one step"));
    EXPECT_TRUE(fs::exists(root_ / "file"));
    EXPECT_TRUE(fs::exists(aside_ / "new"));
}

}  // namespace
}  // namespace jailctl::create
