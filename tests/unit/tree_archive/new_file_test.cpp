#include "archive/new_file.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/// How a file appears, and where RENAME_NOREPLACE, or links as well, are not to be had.
enum class Way { linked, renamed, by_link, looking };

/// Files that come to stand among somebody's, whole or not at all.
class NewFiles : public Archives, public ::testing::WithParamInterface<Way> {
protected:
    void SetUp() override {
        Archives::SetUp();
        directory_.reset(::open(other_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (GetParam() == Way::linked && appears_whole(directory_.get()) != Appears::linked)
            GTEST_SKIP() << "this file system, or container, cannot name a file that was made without a name";
        refuses_noreplace = GetParam() == Way::by_link || GetParam() == Way::looking;
        refuses_links = GetParam() == Way::looking;
        member_.kind = Kind::regular;
        member_.mode = 04711;
        member_.uid = 5;
        member_.size = 11;
        member_.modified = {1'000'000'000, 5};
    }
    void TearDown() override {
        refuses_noreplace = refuses_links = false;
        Archives::TearDown();
    }
    [[nodiscard]] std::unique_ptr<NewFile> begun() {
        return std::make_unique<NewFile>(directory_.get(), "name", "name", member_, false, appears());
    }
    [[nodiscard]] static Appears appears() { return GetParam() == Way::linked ? Appears::linked : Appears::renamed; }
    static void finish(NewFile& file) {
        file.finish([](const std::string& path, const std::string& what) { ADD_FAILURE() << path << what; });
    }
    [[nodiscard]] bool empty() const { return fs::is_empty(other_); }
    UniqueFd directory_;
    Member member_;
};

TEST_P(NewFiles, AppearWhole) {
    const auto file = begun();
    file->write(0, "half ");
    EXPECT_FALSE(fs::exists(other_ / "name"));
    file->write(5, "and all");
    finish(*file);
    EXPECT_EQ(slurp(other_ / "name"), "half and all");
    const auto facts = status_of(other_ / "name");
    EXPECT_EQ(facts.st_mode & 07777U, 04711U);
    EXPECT_EQ(facts.st_uid, 5U);
    EXPECT_EQ(facts.st_mtim.tv_nsec, 5);
    EXPECT_EQ(std::distance(fs::directory_iterator(other_), {}), 1) << "no other name is left";
}

TEST_P(NewFiles, LeaveNothingIfTheyAreGivenUp) {
    begun()->write(0, "half ");
    EXPECT_TRUE(empty());
}

TEST_P(NewFiles, ReplaceNothing) {
    const auto file = begun();
    file->write(0, "theirs");
    spit(other_ / "name", "ours");
    EXPECT_EQ(code_thrown_by([&] { finish(*file); }), Errc::damaged);
    EXPECT_EQ(slurp(other_ / "name"), "ours");
}

constexpr const char* ways[] = {"linked", "renamed", "by_link", "looking"};
INSTANTIATE_TEST_SUITE_P(Ways, NewFiles, ::testing::Values(Way::linked, Way::renamed, Way::by_link, Way::looking),
                         [](const auto& one) { return ways[static_cast<std::size_t>(one.param)]; });

}  // namespace
}  // namespace jailctl::tree::test
