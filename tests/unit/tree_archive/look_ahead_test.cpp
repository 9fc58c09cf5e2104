#include "look_ahead.hpp"

#include <chrono>
#include <fcntl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

constexpr int files = 300, a_directory = 10;

/// Directories of files of which nothing is in memory, if the file system gives it back at all.
class Cold : public Archives {
protected:
    void SetUp() override {
        Archives::SetUp();
        fill();
        if (cached(0)) GTEST_SKIP() << "the file system keeps its pages";
    }
    void fill() const {
        for (int i = 0; i < files; ++i) {
            fs::create_directories(path(i).parent_path());
            spit(path(i), std::string(5000, static_cast<char>(i)));
        }
        const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        EXPECT_EQ(::syncfs(root.get()), 0);
        for (int i = 0; i < files; ++i) drop_cached(opened(i).get());
    }
    [[nodiscard]] fs::path path(int i) const {
        return tree_ / (kind_ + std::to_string(i / a_directory)) / ("f" + std::to_string(i));
    }
    [[nodiscard]] UniqueFd opened(int i) const { return UniqueFd{::open(path(i).c_str(), O_RDONLY | O_CLOEXEC)}; }
    /// By mincore(2): to ask with a read has the kernel bring the file in.
    [[nodiscard]] bool cached(int i) const {
        const UniqueFd file = opened(i);
        void* const at = ::mmap(nullptr, 5000, PROT_READ, MAP_SHARED, file.get(), 0);
        EXPECT_NE(at, MAP_FAILED);
        unsigned char pages[2] = {};
        EXPECT_EQ(::mincore(at, 5000, pages), 0);
        EXPECT_EQ(::munmap(at, 5000), 0);
        return (pages[0] & 1) != 0;
    }
    [[nodiscard]] int count_cached() const {
        int count = 0;
        for (int i = 0; i < files; ++i) count += cached(i) ? 1 : 0;
        return count;
    }
    /// What is asked for arrives when it does.
    [[nodiscard]] bool comes_to(int count) const {
        for (int tries = 0; tries < 500 && count_cached() < count; ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        EXPECT_EQ(count_cached(), count);
        return count_cached() == count;
    }
    std::string kind_ = "d";
};

/// Reads the first files and looks no further.
struct Beginning final : Visitor {
    Beginning(int root, Excludes excludes, int read) : ahead(root, std::move(excludes)), left(read) {}
    [[nodiscard]] bool wants_files_open() const override { return true; }
    Visit visit(const Entry& entry) override {
        if (entry.facts.kind != Kind::regular || left == 0) return Visit::enter;
        --left;
        ahead.pass(entry.facts.size);
        absent += ahead.look(entry, is_cached(entry.file)) ? 1 : 0;
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { ADD_FAILURE() << path << what; }
    LookAhead ahead;
    int left, absent = 0;
};

TEST_F(Cold, TheFilesThatFollowAreAskedForAcrossDirectories) {
    const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    Beginning visitor(root.get(), Excludes({}), 1);
    walk(root.get(), visitor);
    EXPECT_EQ(visitor.absent, 1);
    EXPECT_TRUE(comes_to(257)) << "the one met and 256 that follow";
}

TEST_F(Cold, WhatIsExcludedIsNotAskedFor) {
    const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    Beginning visitor(root.get(), Excludes({"./d7", "*5"}), 1);
    walk(root.get(), visitor);
    for (int tries = 0; tries < 500 && count_cached() < 200; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_GE(count_cached(), 200);
    int excluded = 0;
    for (int i = 0; i < files; ++i) excluded += (i / a_directory == 7 || i % 10 == 5) && cached(i) ? 1 : 0;
    EXPECT_LE(excluded, 1) << "the one that was met may be one";
}

/// A second walk that lost its way, because the tree is another by now, is called back and sent out again.
TEST_F(Cold, ATreeThatChangesMeanwhileIsStillLookedAheadIn) {
    const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    Beginning visitor(root.get(), Excludes({}), 1);
    walk(root.get(), visitor);
    ASSERT_TRUE(comes_to(257));
    kind_ = "e";  // beside the others, so that no inode is one of theirs
    fill();
    ASSERT_EQ(count_cached(), 0);
    for (int i = 0; i < files; i += a_directory) fs::remove_all(tree_ / ("d" + std::to_string(i / a_directory)));
    visitor.left = 1;
    walk(root.get(), visitor);
    EXPECT_TRUE(comes_to(257));
}

/// The pack reads it by its first name alone: by another it would come into memory for nobody, and stay.
TEST_F(Cold, AFileOfSeveralNamesIsAskedForOnce) {
    for (int name = 0; name < 3; ++name) {
        const fs::path directory = tree_ / ("link" + std::to_string(name));
        fs::create_directory(directory);
        for (int i = 0; i < files; ++i) fs::create_hard_link(path(i), directory / std::to_string(i));
    }
    ASSERT_EQ(count_cached(), 0);
    EXPECT_EQ(pack(tree_, archive_)["files"].num(), files);
    EXPECT_LE(count_cached(), files / 10);
}

TEST_F(Cold, APackLeavesInMemoryWhatWasThereBefore) {
    EXPECT_EQ(slurp(path(7)).size(), 5000U);
    ASSERT_TRUE(cached(7));
    EXPECT_EQ(pack(tree_, archive_)["files"].num(), files);
    EXPECT_TRUE(cached(7));
    // To drop is an advice (posix_fadvise(2)): the kernel keeps a page that another processor has at hand.
    EXPECT_LE(count_cached(), 1 + files / 10);
    EXPECT_EQ(check(archive_)["files"].num(), files);
}

}  // namespace
}  // namespace jailctl::tree::test
