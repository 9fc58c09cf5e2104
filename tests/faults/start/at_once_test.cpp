#include <future>
#include <gmock/gmock.h>

#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::IsEmpty;

/// Commands for one jail at the same moment: each does all of its work or says that it cannot.
class AtOnce : public JailTest {
protected:
    std::vector<Result> run(const std::vector<std::vector<std::string>>& commands) const {
        std::vector<std::future<Result>> running;
        running.reserve(commands.size());
        for (const auto& words : commands)
            running.push_back(std::async(std::launch::async, [this, &words] {
                RunOptions options;
                options.limit = std::chrono::seconds(60);
                return site.jailctl(words, options);
            }));
        std::vector<Result> ended;
        for (auto& one : running) ended.push_back(one.get());
        for (const Result& one : ended)
            EXPECT_TRUE(one.status == 0 || (one.status == 1 && !one.err.empty())) << one.status << one.all();
        return ended;
    }
    void expect_sound(const std::string& when) {
        const char now = mark();
        EXPECT_TRUE(now == ' ' || now == '*') << when << ": " << now;
        if (now == '*') {
            EXPECT_EQ(inside("echo works").out, "works\n") << when;
            EXPECT_EQ(stop().status, 0) << when;
        }
        EXPECT_TRUE(record().is_null()) << when;
        EXPECT_THAT(left_behind(), IsEmpty()) << when;
    }
    const std::vector<std::string> start_{"start", "a.test"}, stop_{"stop", "--timeout", "0", "a.test"},
        restart_{"restart", "--timeout", "0", "a.test"}, delete_{"delete", "a.test", "--yes"},
        exec_{"exec", "a.test", "--", "true"};
};

TEST_F(AtOnce, StartsAndStops) {
    for (int round = 0; round < 6; ++round) {
        if (round % 2 == 1) {
            ASSERT_EQ(start().status, 0);
        }
        run({start_, stop_, start_, stop_});
        expect_sound("round " + std::to_string(round));
    }
}

TEST_F(AtOnce, RestartsAndStops) {
    for (int round = 0; round < 3; ++round) {
        ASSERT_EQ(start().status, 0);
        run({restart_, stop_, restart_});
        expect_sound("round " + std::to_string(round));
    }
}

TEST_F(AtOnce, AJailIsStartedOrDeletedButNotBoth) {
    for (int round = 0; round < 4; ++round) {
        if (!fs::exists(site.root("a.test"))) make_busybox_root(site.root("a.test"));
        run({start_, delete_});
        const bool there = fs::exists(site.root("a.test") / "bin/busybox");
        EXPECT_TRUE(there || mark() != '*') << "it runs without a root";
        if (there) expect_sound("round " + std::to_string(round));
    }
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(AtOnce, AStopUnderCommandsThatEnter) {
    for (int round = 0; round < 3; ++round) {
        ASSERT_EQ(start().status, 0);
        std::vector<std::future<Result>> entering;
        for (int command = 0; command < 6; ++command)
            entering.push_back(std::async(std::launch::async, [this] { return site.jailctl(exec_); }));
        EXPECT_EQ(stop().status, 0);
        for (auto& one : entering) {
            const Result ended = one.get();
            EXPECT_TRUE(ended.status == 0 || ended.status == 125 || ended.status == 128 + 9)
                << ended.status << ended.all();
        }
        expect_sound("round " + std::to_string(round));
    }
}

}  // namespace
}  // namespace jailctl::test
