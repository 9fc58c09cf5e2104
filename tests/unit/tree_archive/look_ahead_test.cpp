#include "look_ahead.hpp"

#include <chrono>
#include <fcntl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

constexpr int files = 200;

/// A directory of files of which nothing is in memory, if the file system gives it back at all.
class Cold : public Archives {
protected:
    void SetUp() override {
        Archives::SetUp();
        for (int i = 0; i < files; ++i) spit(path(i), std::string(5000, static_cast<char>(i)));
        for (int i = 0; i < files; ++i) forget(i);
        if (cached(0)) GTEST_SKIP() << "the file system keeps its pages";
    }
    [[nodiscard]] fs::path path(int i) const { return tree_ / ("f" + std::to_string(i)); }
    [[nodiscard]] UniqueFd opened(int i) const { return UniqueFd{::open(path(i).c_str(), O_RDONLY | O_CLOEXEC)}; }
    void forget(int i) const {
        const UniqueFd file = opened(i);
        EXPECT_EQ(::fsync(file.get()), 0);
        drop_cached(file.get());
    }
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
};

struct FirstOnly final : Visitor {
    Visit visit(const Entry& entry) override {
        if (entry.facts.kind != Kind::regular || ++met > 1) return Visit::enter;
        std::string why;
        const UniqueFd file = open_same(entry, why);
        absent = ahead.look(entry, is_cached(file.get()));
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { ADD_FAILURE() << path << what; }
    LookAhead ahead;
    int met = 0;
    bool absent = false;
};

TEST_F(Cold, TheFilesThatFollowAreAskedFor) {
    const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    FirstOnly visitor;
    walk(root.get(), visitor);
    EXPECT_EQ(visitor.met, files);
    EXPECT_TRUE(visitor.absent);
    for (int tries = 0; tries < 500 && count_cached() < 65; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(count_cached(), 65) << "the one met and 64 that follow";
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
