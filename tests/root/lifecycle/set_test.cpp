/// `set`: limits of a jail while it runs, and for later.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <filesystem>
#include <thread>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class SetTest : public JailTest {
protected:
    Result set(const std::vector<std::string>& words) const {
        std::vector<std::string> all{"set", "a.test"};
        all.insert(all.end(), words.begin(), words.end());
        return site.jailctl(all);
    }
    [[nodiscard]] std::string file() const { return slurp(site.path() / "jails.d/a.test.conf"); }
    /// The first of the control files that is there, in any hierarchy.
    [[nodiscard]] std::string control(const std::vector<std::string>& names) const {
        for (const auto& directory : cgroup_directories(record()["cgroup"].str()))
            for (const auto& name : names)
                if (const auto text = slurp(directory + "/" + name); !text.empty()) return text;
        return "no such file";
    }
    [[nodiscard]] std::string memory() const { return control({"memory.max", "memory.limit_in_bytes"}); }
    [[nodiscard]] std::string pids() const { return control({"pids.max"}); }
    [[nodiscard]] std::string cpus() const { return control({"cpu.max", "cpu.cfs_quota_us"}); }
};

TEST_F(SetTest, ALimitIsChangedAtOnceAndForGood) {
    ASSERT_EQ(start().status, 0);
    const Result result = set({"MEMORY=64M", "PIDS=100", "CPUS=0.5"});
    ASSERT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("a.test: MEMORY=64M PIDS=100 CPUS=0.5 at once, and in "));
    EXPECT_EQ(file(), "MEMORY=\"64M\"\nPIDS=\"100\"\nCPUS=\"0.5\"\n");
    EXPECT_EQ(memory(), "67108864\n");
    EXPECT_EQ(pids(), "100\n");
    EXPECT_THAT(cpus(), testing::StartsWith("50000"));
    ASSERT_EQ(set({"MEMORY=128M"}).status, 0) << "raised";
    EXPECT_EQ(memory(), "134217728\n");
    ASSERT_EQ(site.jailctl({"restart", "a.test"}).status, 0);
    EXPECT_EQ(memory(), "134217728\n");
    EXPECT_EQ(file(), "MEMORY=\"128M\"\nPIDS=\"100\"\nCPUS=\"0.5\"\n");
}

/// Each reads the configuration before it has the jail to itself.
TEST_F(SetTest, SeveralAtOnceLeaveTheFileAndTheJailOfOneMind) {
    ASSERT_EQ(start().status, 0);
    for (int round = 0; round < 3; ++round) {
        fs::remove(site.path() / "jails.d/a.test.conf");
        std::vector<std::jthread> all;
        for (int i = 0; i < 8; ++i)
            all.emplace_back([&, i] {
                const Result result =
                    site.jailctl({"--wait", "60", "set", "a.test", "PIDS=" + std::to_string(100 + i)});
                EXPECT_EQ(result.status, 0) << result.all();
            });
        all.clear();
        const std::string in_force = pids();
        EXPECT_EQ(file(), "PIDS=\"" + in_force.substr(0, in_force.size() - 1) + "\"\n");
    }
}

TEST_F(SetTest, ANameThatIsNoVariableIsToldFromOneThatCannotBeChanged) {
    const Result misspelt = set({"MEMROY=64M"});
    EXPECT_EQ(misspelt.status, 2);
    EXPECT_THAT(misspelt.err, HasSubstr("there is no variable 'MEMROY'\nhint: did you mean 'MEMORY'?"));
    EXPECT_THAT(set({"XYZ=1"}).err, HasSubstr("there is no variable 'XYZ'\nhint: 'set' changes MEMORY, "));
    EXPECT_THAT(set({"HOSTS=no"}).err, HasSubstr("'HOSTS' cannot be changed by 'set', only MEMORY, "));
    EXPECT_EQ(file(), "");
}

TEST_F(SetTest, NoneLiftsALimit) {
    ASSERT_EQ(start().status, 0);
    const std::string unlimited = memory(), free = cpus();
    ASSERT_EQ(set({"MEMORY=64M", "CPUS=0.5"}).status, 0);
    EXPECT_NE(memory(), unlimited);
    const Result lifted = set({"MEMORY=none", "CPUS="});
    ASSERT_EQ(lifted.status, 0) << lifted.all();
    EXPECT_EQ(memory(), unlimited);
    EXPECT_EQ(cpus(), free);
    EXPECT_EQ(file(), "MEMORY=\"none\"\nCPUS=\"none\"\n");
}

TEST_F(SetTest, LessMemoryThanIsUsedIsRefusedAndAllStaysAsItWas) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(set({"MEMORY=256M"}).status, 0);
    ASSERT_EQ(inside("head -c 50000000 /dev/zero > /dev/shm/a").status, 0);
    for (const bool rehearsed : {true, false}) {
        const Result result = rehearsed ? set({"--dry-run", "PIDS=77", "MEMORY=16M"}) : set({"PIDS=77", "MEMORY=16M"});
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.err, HasSubstr("of memory, and a MEMORY of 17 MB would kill what runs in it"));
    }
    EXPECT_EQ(set({"--dry-run", "MEMORY=128M"}).status, 0) << "there is room";
    EXPECT_EQ(memory(), "268435456\n");
    EXPECT_EQ(pids(), "4096\n") << "it was put back";
    EXPECT_EQ(file(), "MEMORY=\"256M\"\n");
    EXPECT_EQ(inside("wc -c < /dev/shm/a").out, "50000000\n");
}

/// The settings were edited while it ran: what is in force is not what they say.
TEST_F(SetTest, AFileThatCannotBeWrittenLeavesTheRunningJailAsItIs) {
    const auto directory = site.path() / "jails.d";
    fs::create_directories(directory);
    spit(directory / "a.test.conf", "MEMORY=256M\nPIDS=100\n", 0600);
    ASSERT_EQ(start().status, 0);
    const std::string edited = "MEMORY=128M\nPIDS=50\n", before = memory();
    spit(directory / "a.test.conf", edited, 0600);
    ASSERT_EQ(::mount(directory.c_str(), directory.c_str(), nullptr, MS_BIND, nullptr), 0);
    ASSERT_EQ(::mount(nullptr, directory.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
    const Result done = set({"MEMORY=300M", "PIDS=200"}), rehearsed = set({"--dry-run", "MEMORY=300M"});
    ASSERT_EQ(::umount(directory.c_str()), 0);
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.err, HasSubstr("a.test.conf: Read-only file system"));
    EXPECT_EQ(rehearsed.status, 1) << "--dry-run promises nothing that cannot be";
    EXPECT_EQ(memory(), before);
    EXPECT_EQ(pids(), "100\n");
    EXPECT_EQ(file(), edited);
}

TEST_F(SetTest, AStoppedJailGetsItAtItsNextStart) {
    std::filesystem::create_directories(site.path() / "jails.d");
    spit(site.path() / "jails.d/a.test.conf", "# ours\nPIDS=50 # few\n", 0600);
    const Value document = site.json({"set", "a.test", "PIDS=60"});
    EXPECT_TRUE(document["ok"].truth());
    EXPECT_EQ(document["jails"].items().at(0)["set"]["PIDS"].str(), "60");
    EXPECT_FALSE(document["jails"].items().at(0)["running"].truth());
    EXPECT_EQ(file(), "# ours\nPIDS=\"60\" # few\n");
    EXPECT_EQ(std::filesystem::status(site.path() / "jails.d/a.test.conf").permissions(), std::filesystem::perms(0600));
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(pids(), "60\n");
}

TEST_F(SetTest, WhatIsNoLimitIsRefusedAndNothingHappens) {
    for (const char* word : {"MEMORY=lots", "PIDS=0", "CPUS=-1", "IO_WEIGHT=0", "NETWORK=none", "MEMORY", "=1"}) {
        const Result result = set({word});
        EXPECT_EQ(result.status, 2) << word << result.all();
    }
    EXPECT_EQ(set({}).status, 2);
    EXPECT_THAT(set({"memory=1G"}).err, HasSubstr("hint: did you mean 'MEMORY'?"));
    EXPECT_THAT(set({"NETWORK=none"}).err,
                HasSubstr("hint: write others into jails.conf, or those of one jail into jails.d"));
    EXPECT_EQ(site.jailctl({"--dry-run", "set", "a.test", "PIDS=9"}).status, 0);
    EXPECT_FALSE(std::filesystem::exists(site.path() / "jails.d"));
}

/// Which may be other jails' file, too.
TEST_F(SetTest, WhatALinkLeadsToIsNotWritten) {
    ASSERT_EQ(start().status, 0);
    std::filesystem::create_directories(site.path() / "jails.d");
    const auto shared = site.path() / "shared.conf", link = site.path() / "jails.d/a.test.conf";
    spit(shared, "PIDS=50\n");
    std::filesystem::create_symlink(shared, link);
    for (const bool rehearsed : {true, false}) {
        const Result result = rehearsed ? set({"--dry-run", "PIDS=60"}) : set({"PIDS=60"});
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.err,
                    HasSubstr(link.string() + " is a link to " + shared.string() + ", and 'set' writes through"));
        EXPECT_THAT(result.err, HasSubstr("hint: write the values into that file"));
    }
    EXPECT_EQ(slurp(shared), "PIDS=50\n");
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(pids(), "4096\n") << "it runs with what it was started with";
    std::filesystem::remove(shared);
    const Result dangling = set({"PIDS=60"});
    EXPECT_EQ(dangling.status, 2);
    EXPECT_THAT(dangling.err, HasSubstr(link.string() + ": cannot open " + shared.string()));
    EXPECT_THAT(dangling.err, HasSubstr("leads nowhere: mend the link, or remove it"));
    EXPECT_FALSE(std::filesystem::exists(shared));
    std::filesystem::remove(link);  // or nothing could stop the jail
}

/// Of a jail without a link: what a start would refuse is refused before it is written, running or not.
TEST_F(SetTest, ARateThatLeadsNowhereIsRefusedAndNotWritten) {
    for (const bool running : {false, true}) {
        if (running) {
            ASSERT_EQ(start().status, 0);
        }
        for (const bool rehearsed : {true, false}) {
            const Result result = rehearsed ? set({"--dry-run", "RATE=10mbit"}) : set({"RATE=10mbit"});
            EXPECT_EQ(result.status, 2) << result.all();
            EXPECT_THAT(result.err, HasSubstr("RATE leads nowhere: jail a.test has no network (NETWORK=none)"));
        }
    }
    EXPECT_EQ(file(), "");
    EXPECT_EQ(set({"RATE=none"}).status, 1) << "it has no link";
}

TEST_F(SetTest, AWeightIsSetOrRefusedWithTheReason) {
    ASSERT_EQ(start().status, 0);
    const Result rehearsed = set({"--dry-run", "IO_WEIGHT=300"});
    const Result result = set({"PIDS=77", "IO_WEIGHT=300"});
    EXPECT_EQ(rehearsed.status, result.status) << rehearsed.all();
    if (result.status == 0) {
        EXPECT_THAT(control({"io.weight", "blkio.bfq.weight"}), HasSubstr("300"));
    } else {
        EXPECT_THAT(result.err, HasSubstr("IO_WEIGHT cannot be set"));
        EXPECT_EQ(pids(), "4096\n");
        EXPECT_EQ(file(), "");
    }
    ASSERT_EQ(stop().status, 0);
    configure("IO_WEIGHT=300");
    const Result started = start();
    EXPECT_EQ(started.status, result.status == 0 ? 0 : 1) << started.all();
    if (started.status != 0) {
        EXPECT_THAT(started.err, HasSubstr("IO_WEIGHT cannot be set"));
    }
}

}  // namespace
}  // namespace jailctl::test
