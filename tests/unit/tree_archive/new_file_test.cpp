#include "archive/new_file.hpp"

#include <fcntl.h>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

/// Files that come to stand among somebody's, whole or not at all.
class NewFiles : public Archives, public ::testing::WithParamInterface<Appears> {
protected:
    void SetUp() override {
        Archives::SetUp();
        directory_.reset(::open(other_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (GetParam() == Appears::linked && appears_whole(directory_.get()) != Appears::linked)
            GTEST_SKIP() << "this file system, or container, cannot name a file that was made without a name";
        member_.kind = Kind::regular;
        member_.mode = 04711;
        member_.uid = 5;
        member_.size = 11;
        member_.modified = {1'000'000'000, 5};
    }
    [[nodiscard]] std::unique_ptr<NewFile> begun() {
        return std::make_unique<NewFile>(directory_.get(), "name", "name", member_, false, GetParam());
    }
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

INSTANTIATE_TEST_SUITE_P(Ways, NewFiles, ::testing::Values(Appears::linked, Appears::renamed),
                         [](const auto& one) { return one.param == Appears::linked ? "linked" : "renamed"; });

}  // namespace
}  // namespace jailctl::tree::test
