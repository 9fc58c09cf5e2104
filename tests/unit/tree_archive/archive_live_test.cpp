#include <atomic>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <thread>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

/// Calls `change` again and again while it lives.
class Meanwhile {
public:
    explicit Meanwhile(std::function<void()> change) : thread_([this, change] {
        while (!ending_) change();
    }) {}
    ~Meanwhile() {
        ending_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> ending_ = false;
    std::thread thread_;
};

TEST_F(Archives, AFileThatGrowsIsCutAndNamed) {
    spit(tree_ / "log", std::string(8 << 20, 'l'));
    {
        const UniqueFd log{::open((tree_ / "log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
        const Meanwhile growing([&] { (void)!::write(log.get(), "more\n", 5); });
        const Value packed = pack(tree_, archive_);
        EXPECT_EQ(packed["changed"].num(), 1);
        EXPECT_EQ(packed["notes"].items().at(0)["path"].str(), "log");
        EXPECT_THAT(packed["notes"].items().at(0)["what"].str(), ::testing::HasSubstr("grew"));
    }
    EXPECT_EQ(check(archive_)["files"].num(), 1);
}

TEST_F(Archives, AFileThatIsShorterThanItSaidIsPaddedAndNamed) {
    const fs::path sysfs = "/sys/kernel/mm/transparent_hugepage";  // its files say 4096 bytes and hold a few
    if (!fs::exists(sysfs / "enabled")) GTEST_SKIP() << "needs " << sysfs;
    const Value packed = pack(sysfs, archive_);
    EXPECT_GT(packed["changed"].num(), 0);
    EXPECT_THAT(packed["notes"].items().at(0)["what"].str(), ::testing::HasSubstr("shrank"));
    EXPECT_EQ(check(archive_)["bytes"].num(), packed["bytes"].num());
}

TEST_F(Archives, WhatVanishesIsNamedAndTheRestIsStored) {
    for (int i = 0; i < 300; ++i) spit(tree_ / ("stays" + std::to_string(i)), "x");
    Value packed;
    {
        const Meanwhile flickering([&] {
            for (int i = 0; i < 20; ++i) spit(tree_ / ("flicker" + std::to_string(i)), "x");
            for (int i = 0; i < 20; ++i) fs::remove(tree_ / ("flicker" + std::to_string(i)));
        });
        packed = pack(tree_, archive_);
    }
    const Value checked = check(archive_);
    EXPECT_GE(checked["files"].num(), 300);
    EXPECT_EQ(packed["unreadable"].num(), 0) << to_json(packed["notes"]);
}

TEST_F(Archives, ANameTooLongToRestoreIsNamed) {
    make_deep(tree_, 2500);
    const Value packed = pack(tree_, archive_);
    EXPECT_EQ(packed["unrestorable"].num(), 1);
    EXPECT_EQ(packed["entries"].num(), 1 + 2048) << "the root, and what 4095 bytes of d/d/d can name";
    unpack(archive_, other_);
}

}  // namespace
}  // namespace jailctl::tree::test
