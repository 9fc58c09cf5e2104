#include "archive/destination.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "archives.hpp"

// In place of libc's: file systems that refuse what these do, as NFS and FUSE may, are not to be had everywhere.
namespace {
bool refuses_noreplace = false, refuses_links = false;
}
extern "C" int renameat2(int from, const char* old, int to, const char* name, unsigned flags) noexcept {
    if (refuses_noreplace) return errno = EINVAL, -1;
    return static_cast<int>(::syscall(SYS_renameat2, from, old, to, name, flags));
}
extern "C" int linkat(int from, const char* old, int to, const char* name, int flags) noexcept {
    if (refuses_links) return errno = EPERM, -1;
    return static_cast<int>(::syscall(SYS_linkat, from, old, to, name, flags));
}

namespace jailctl::tree::test {
namespace {

/// Where RENAME_NOREPLACE, or links as well, are not to be had.
enum class Way { renamed, by_link, looking };

class Destinations : public Archives, public ::testing::WithParamInterface<Way> {
protected:
    void SetUp() override {
        Archives::SetUp();
        root_.reset(::open(other_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        refuses_noreplace = GetParam() != Way::renamed;
        refuses_links = GetParam() == Way::looking;
    }
    void TearDown() override {
        refuses_noreplace = refuses_links = false;
        Archives::TearDown();
    }
    std::unique_ptr<Destination> destination(std::vector<std::string> paths) {
        return std::make_unique<Destination>(root_.get(), std::move(paths));
    }
    [[nodiscard]] static fs::path staging(const Destination& destination) {
        return fs::read_symlink("/proc/self/fd/" + std::to_string(destination.staging()));
    }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator(other_)) found.insert(entry.path().filename());
        return found;
    }
    UniqueFd root_;
};
using Names = std::set<std::string>;

TEST_P(Destinations, AppearWhenEverythingIsThere) {
    fs::create_directory(other_ / "old");
    auto made = destination({"new/dir", "new/file", "old/dir", "file"});
    for (const char* one : {"new/dir", "old/dir"}) fs::create_directories(staging(*made) / one);
    for (const char* one : {"new/file", "old/dir/inner", "file"}) spit(staging(*made) / one, one);
    EXPECT_FALSE(stands(other_ / "new") || stands(other_ / "old/dir") || stands(other_ / "file"));
    made->publish();
    made.reset();
    EXPECT_EQ(names(), (Names{"file", "new", "old"}));
    EXPECT_TRUE(fs::is_directory(other_ / "new/dir"));
    for (const char* one : {"new/file", "old/dir/inner", "file"}) EXPECT_EQ(slurp(other_ / one), one);
}

TEST_P(Destinations, GivenUpLeaveNothing) {
    auto given_up = destination({"dir"});
    fs::create_directory(staging(*given_up) / "dir");
    spit(staging(*given_up) / "dir/file", "x");
    given_up.reset();
    EXPECT_EQ(names(), Names{});
}

TEST_P(Destinations, ReplaceNothingAndTakeAllBack) {
    auto made = destination({"a", "b", "c"});
    for (const char* one : {"a", "c"}) spit(staging(*made) / one, "new");
    fs::create_directory(staging(*made) / "b");
    fs::create_directory(other_ / "b");  // somebody else's, even an empty one, which a plain rename would replace
    spit(other_ / "c", "ours");
    EXPECT_EQ(code_thrown_by([&] { made->publish(); }), Errc::exists);
    made.reset();
    EXPECT_EQ(names(), (Names{"b", "c"}));
    EXPECT_EQ(slurp(other_ / "c"), "ours");
    EXPECT_EQ(code_thrown_by([&] { destination({"c"}); }), Errc::exists);
    EXPECT_EQ(code_thrown_by([&] { destination({"c/d"}); }), Errc::exists);
    EXPECT_EQ(code_thrown_by([&] { destination({""}); }), Errc::exists);
    EXPECT_EQ(names(), (Names{"b", "c"}));
}

TEST_P(Destinations, OfEverythingTakeWhatThereIs) {
    auto made = destination({""});
    fs::create_directory(staging(*made) / "dir");
    spit(staging(*made) / "dir/file", "x");
    spit(staging(*made) / "file", "y");
    made->publish();
    made.reset();
    EXPECT_EQ(names(), (Names{"dir", "file"}));
}

TEST_P(Destinations, WhatIsImmutableStaysSo) {
    auto made = destination({"dir", "file"});
    fs::create_directory(staging(*made) / "dir");
    spit(staging(*made) / "file", "y");
    for (const char* one : {"dir", "file"}) set_file_flags(staging(*made) / one, FS_IMMUTABLE_FL);
    made->publish();
    made.reset();
    for (const char* one : {"dir", "file"}) {
        EXPECT_NE(file_flags(other_ / one) & FS_IMMUTABLE_FL, 0U) << one;
        set_file_flags(other_ / one, 0);
    }
}

TEST_P(Destinations, WhatAKilledOneLeftGoesWithTheNext) {
    const pid_t child = ::fork();
    if (child == 0) {
        Destination left(root_.get(), {"dir"});
        fs::create_directory(staging(left) / "dir");
        spit(staging(left) / "dir/file", "x");
        set_file_flags(staging(left) / "dir/file", FS_IMMUTABLE_FL);
        (void)::kill(::getpid(), SIGKILL);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_EQ(names().size(), 1U) << "nothing to find";
    auto other = destination({"other"});
    EXPECT_EQ(names().size(), 1U);
    // What is being made stays, and what only looks like ours.
    for (const char* theirs : {".jailctl-extract-a", ".jailctl-extract-b"}) fs::create_directory(other_ / theirs);
    fs::permissions(other_ / ".jailctl-extract-b", fs::perms::all);
    spit(other_ / ".jailctl-extract-a/precious", "x");
    spit(other_ / ".jailctl-extract-c", "x");
    remove_abandoned_staging(root_.get());
    EXPECT_EQ(names().size(), 4U);
    spit(staging(*other) / "other", "x");
    other->publish();
    other.reset();
    EXPECT_EQ(names(), (Names{".jailctl-extract-a", ".jailctl-extract-b", ".jailctl-extract-c", "other"}));
}

constexpr const char* ways[] = {"renamed", "by_link", "looking"};
INSTANTIATE_TEST_SUITE_P(Ways, Destinations, ::testing::Values(Way::renamed, Way::by_link, Way::looking),
                         [](const auto& one) { return ways[static_cast<std::size_t>(one.param)]; });

}  // namespace
}  // namespace jailctl::tree::test
