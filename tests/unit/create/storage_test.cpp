#include "storage_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "support.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

class DirStorageTest : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        fs::create_directory(home_);
        ::chmod(home_.c_str(), 0700);
    }
    static Errc code_of_failure(const std::function<void()>& f) {
        try {
            f();
        } catch (const Error& error) {
            return error.code();
        }
        ADD_FAILURE() << "nothing was thrown";
        return Errc::failed;
    }
    static mode_t mode(const fs::path& path) {
        struct stat found {};
        return ::lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
    }
    static bool has_open(pid_t process, const fs::path& path) {
        std::error_code gone;
        for (const auto& fd : fs::directory_iterator("/proc/" + std::to_string(process) + "/fd"))
            if (fs::read_symlink(fd, gone) == path) return true;
        return false;
    }
    /// Another command: holds what is at `path`, and once we have opened that to wait for it does `then` and ends, with
    /// status 0 if it could do all that.
    static pid_t holder_of(const fs::path& path, const std::function<bool()>& then) {
        const fs::path real = fs::canonical(path);
        Pipe ready = make_pipe();
        const pid_t pid = ::fork();
        if (pid == 0) {
            const UniqueFd tree{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
            const bool good = tree && ::flock(tree.get(), LOCK_EX) == 0;
            write_all(ready.write.get(), "x", "pipe");
            int left = 20000;
            while (!has_open(::getppid(), real) && --left > 0) ::usleep(1000);
            ::_exit(good && left > 0 && then() ? 0 : 1);
        }
        char byte = 0;
        EXPECT_EQ(::read(ready.read.get(), &byte, 1), 1);
        return pid;
    }
    static void expect_good(pid_t pid) {
        int status = -1;
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        EXPECT_EQ(status, 0);
    }
    /// What another command does: puts a tree of its own where the one that is waited for was.
    [[nodiscard]] bool exchange_for_another(const fs::path& path) const {
        return ::rename(path.c_str(), (home_ / "was").c_str()) == 0 && ::mkdir(path.c_str(), 0700) == 0;
    }
    test::Scratch scratch_;
    fs::path home_ = scratch_.path() / "home";
    fs::path root_ = home_ / "a.test";
    fs::path staged_ = home_ / ".jailctl-x-a.test";
    std::string name_ = ".jailctl-x-a.test";
    DirStorage storage_;
};

TEST_F(DirStorageTest, MakesAClosedDirectoryOnce) {
    storage_.make(root_, name_);
    EXPECT_EQ(mode(staged_), 0700U);
    EXPECT_EQ(code_of_failure([&] { storage_.make(root_, name_); }), Errc::exists);
}

TEST_F(DirStorageTest, MakesAMissingHomeForRootAlone) {
    const fs::path root = home_ / "new" / "a.test";
    storage_.make(root, name_);
    EXPECT_EQ(mode(home_ / "new"), 0700U);
}

TEST_F(DirStorageTest, PublishesOpenToTheJailsUsers) {
    storage_.make(root_, name_);
    test::spit(staged_ / "file", "x");
    storage_.publish(root_, name_);
    EXPECT_EQ(mode(root_), 0755U);
    EXPECT_EQ(test::slurp(root_ / "file"), "x");
    EXPECT_FALSE(fs::exists(staged_));
}

TEST_F(DirStorageTest, PublishesOverAnEmptyDirectoryAndNothingElse) {
    storage_.make(root_, name_);
    fs::create_directory(root_);
    test::spit(root_ / "mine", "x");
    EXPECT_EQ(code_of_failure([&] { storage_.publish(root_, name_); }), Errc::exists);
    fs::remove(root_ / "mine");
    storage_.publish(root_, name_);
    EXPECT_FALSE(fs::exists(staged_));
    storage_.make(root_, name_);
    fs::remove_all(root_);
    test::spit(root_, "a file");
    EXPECT_THROW(storage_.publish(root_, name_), Error);
    EXPECT_EQ(test::slurp(root_), "a file");
}

TEST_F(DirStorageTest, ExchangesAndKeepsTheModeOfTheRoot) {
    fs::create_directory(root_);
    ::chmod(root_.c_str(), 0751);
    test::spit(root_ / "old", "");
    storage_.make(root_, name_);
    test::spit(staged_ / "new", "");
    storage_.exchange(root_, name_);
    EXPECT_TRUE(fs::exists(root_ / "new"));
    EXPECT_TRUE(fs::exists(staged_ / "old"));
    EXPECT_EQ(mode(root_), 0751U);
}

TEST_F(DirStorageTest, SetsAsideAndPutsBack) {
    fs::create_directory(root_);
    storage_.set_aside(root_, name_);
    EXPECT_FALSE(fs::exists(root_));
    put_back(root_, name_);
    EXPECT_TRUE(fs::exists(root_));
    put_back(root_, name_);  // nothing there any more: success
    fs::create_directory(staged_);
    EXPECT_EQ(code_of_failure([&] { storage_.set_aside(root_, name_); }), Errc::exists);
    put_back(root_, name_);  // the renaming never happened: both stay
    EXPECT_TRUE(fs::exists(root_) && fs::exists(staged_));
}

TEST_F(DirStorageTest, UnpublishesOnlyTheTreeItMeans) {
    storage_.make(root_, name_);
    const auto staged = identity_of(root_, name_);
    ASSERT_TRUE(staged);
    unpublish(root_, name_, *staged);  // not published yet
    EXPECT_TRUE(fs::exists(staged_));
    storage_.publish(root_, name_);
    unpublish(root_, name_, *staged);
    EXPECT_TRUE(fs::exists(staged_) && !fs::exists(root_));
    fs::create_directory(root_);  // somebody else's
    unpublish(root_, name_, *staged);
    EXPECT_TRUE(fs::exists(staged_) && fs::exists(root_));
}

TEST_F(DirStorageTest, TouchesOnlyNamesOfItsOwn) {
    fs::create_directory(home_ / "b.test");
    for (const std::string name : {"b.test", "", "..", ".jailctl-x/../b.test", ".jailctlx"}) {
        EXPECT_EQ(code_of_failure([&] { storage_.remove(root_, name); }), Errc::internal) << name;
        EXPECT_EQ(code_of_failure([&] { storage_.make(root_, name); }), Errc::internal) << name;
        EXPECT_EQ(code_of_failure([&] { storage_.set_aside(root_, name); }), Errc::internal) << name;
    }
    EXPECT_TRUE(fs::exists(home_ / "b.test"));
}

TEST_F(DirStorageTest, RemovesALinkUnderItsNameAndNotWhatItPointsTo) {
    fs::create_directory(scratch_.path() / "victim");
    test::spit(scratch_.path() / "victim" / "file", "mine");
    fs::create_symlink(scratch_.path() / "victim", staged_);
    storage_.remove(root_, name_);
    EXPECT_FALSE(fs::is_symlink(staged_));
    EXPECT_EQ(test::slurp(scratch_.path() / "victim" / "file"), "mine");
    storage_.remove(root_, name_);  // nothing there: success
}

TEST_F(DirStorageTest, RemovesNotTheTreeThatTookTheNameOfTheOneItWaitedFor) {
    fs::create_directory(staged_);
    const pid_t other = holder_of(staged_, [&] { return exchange_for_another(staged_); });
    EXPECT_EQ(code_of_failure([&] { storage_.remove(root_, name_); }), Errc::busy);
    expect_good(other);
    EXPECT_TRUE(fs::exists(staged_)) << "the other command's";
    storage_.remove(root_, name_);  // let go of both: a later try may
    EXPECT_FALSE(fs::exists(staged_));
}

TEST_F(DirStorageTest, ATreeThatIsGoneOnceItWasWaitedForIsRemoved) {
    fs::create_directory(staged_);
    const pid_t other = holder_of(staged_, [&] { return ::rmdir(staged_.c_str()) == 0; });
    EXPECT_NO_THROW(storage_.remove(root_, name_));
    expect_good(other);
}

TEST_F(DirStorageTest, PutsBackNothingThatAnotherCommandWasRemoving) {
    fs::create_directory(staged_);
    const pid_t removing = holder_of(staged_, [&] { return ::rmdir(staged_.c_str()) == 0; });
    put_back(root_, name_);
    expect_good(removing);
    EXPECT_FALSE(fs::exists(root_));
    fs::create_directory(staged_);
    const pid_t replacing = holder_of(staged_, [&] { return exchange_for_another(staged_); });
    EXPECT_EQ(code_of_failure([&] { put_back(root_, name_); }), Errc::busy);
    expect_good(replacing);
    EXPECT_TRUE(fs::exists(staged_) && !fs::exists(root_));
}

TEST_F(DirStorageTest, TakesNoRootThatTookTheNameOfTheOneItWaitedFor) {
    fs::create_directory(root_);
    const pid_t other = holder_of(root_, [&] { return exchange_for_another(root_); });
    EXPECT_EQ(code_of_failure([&] { storage_.set_aside(root_, name_); }), Errc::busy);
    expect_good(other);
    EXPECT_TRUE(fs::exists(root_) && !fs::exists(staged_));
}

TEST_F(DirStorageTest, ARootThatAProcessRunsInKeepsItsName) {
    fs::create_directories(root_ / "etc");
    storage_.make(root_, name_);
    Pipe ready = make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::chroot(root_.c_str()) != 0) ::_exit(1);
        write_all(ready.write.get(), "x", "pipe");
        ::pause();
        ::_exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready.read.get(), &byte, 1), 1);
    EXPECT_EQ(code_of_failure([&] { storage_.set_aside(root_, ".jailctl-trash-a.test"); }), Errc::busy);
    EXPECT_EQ(code_of_failure([&] { storage_.exchange(root_, name_); }), Errc::busy);
    const auto here = identity_of(root_, "a.test");
    ASSERT_TRUE(here);
    EXPECT_EQ(code_of_failure([&] { unpublish(root_, ".jailctl-trash-a.test", *here); }), Errc::busy);
    EXPECT_TRUE(fs::exists(root_ / "etc") && fs::is_empty(staged_));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_NO_THROW(storage_.exchange(root_, name_));
}

TEST_F(DirStorageTest, AHomeThatOthersEnterIsRefusedWithTheCommandToType) {
    ::chmod(home_.c_str(), 0755);
    try {
        storage_.make(root_, name_);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::denied);
        EXPECT_NE((std::string(error.what()) + error.hint()).find("chmod"), std::string::npos);
    }
}

TEST_F(DirStorageTest, FreeSpaceIsThatOfTheNearestDirectory) {
    EXPECT_GT(storage_.free_space(home_ / "not" / "yet" / "a.test"), 0U);
}

}  // namespace jailctl::create
