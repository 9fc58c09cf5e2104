#include <chrono>
#include <gmock/gmock.h>
#include <sstream>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

class LimitsTest : public JailTest {};

TEST_F(LimitsTest, PidsHaveALimitByDefault) {
    ASSERT_EQ(start().status, 0);
    bool found = false;
    for (const auto& directory : cgroup_directories(record()["cgroup"].str()))
        if (const auto text = slurp(directory + "/pids.max"); !text.empty()) {
            EXPECT_EQ(text, "4096\n");
            found = true;
        }
    EXPECT_TRUE(found);
}

TEST_F(LimitsTest, AForkBombIsContained) {
    configure("PIDS=50");
    ASSERT_EQ(start().status, 0);
    const Result bomb = site.jailctl({"exec", "a.test", "--", "sh", "-c",
        "bomb() { bomb | bomb & }; bomb > /dev/null 2>&1; sleep 1; exit 0"}, {.limit = std::chrono::seconds(60)});
    EXPECT_NE(bomb.status, -1);
    std::istringstream procs;
    for (const auto& directory : cgroup_directories(record()["cgroup"].str()))
        if (directory.find("unified") != std::string::npos || slurp(directory + "/cgroup.events") != "")
            procs.str(slurp(directory + "/cgroup.procs"));
    int members = 0;
    for (std::string pid; procs >> pid;) ++members;
    EXPECT_LE(members, 50);
    EXPECT_EQ(mark(), '*');
    EXPECT_EQ(stop().status, 0) << "a bomb does not outrun stop";
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(LimitsTest, MemoryIsLimited) {
    configure("MEMORY=32M");
    const Result started = start();
    ASSERT_EQ(started.status, 0) << started.all();
    // tail keeps what it read: 200 MB of one line.
    const Result greedy = site.jailctl({"exec", "a.test", "--", "sh", "-c",
        "head -c 200000000 /dev/zero | tr '\\0' x | sort > /dev/null; exit $?"}, {.limit = std::chrono::seconds(60)});
    EXPECT_NE(greedy.status, 0) << "it should have been killed";
    EXPECT_EQ(inside("echo alive").out, "alive\n");
}

TEST_F(LimitsTest, ProcessorTimeIsLimited) {
    configure("CPUS=0.2");
    ASSERT_EQ(start().status, 0);
    bool found = false;
    for (const auto& directory : cgroup_directories(record()["cgroup"].str())) {
        if (const auto text = slurp(directory + "/cpu.cfs_quota_us"); !text.empty()) found |= text == "20000\n";
        if (const auto text = slurp(directory + "/cpu.max"); !text.empty()) found |= text == "20000 100000\n";
    }
    EXPECT_TRUE(found);
    const auto throttled = [&] {
        for (const auto& directory : cgroup_directories(record()["cgroup"].str())) {
            const std::string text = slurp(directory + "/cpu.stat");
            if (text.find("nr_throttled") != std::string::npos && text.find("nr_throttled 0\n") == std::string::npos)
                return true;
        }
        return false;
    };
    // A host that is busy may give it less than that by itself: until one period has more.
    for (int round = 0; round < 100 && !throttled(); ++round)
        EXPECT_EQ(inside("for j in 1 2 3 4; do (i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done) & done; wait").status,
                  0);
    EXPECT_TRUE(throttled());
}

TEST_F(LimitsTest, ExecIsNoWayAroundTheLimit) {
    configure("PIDS=1");
    ASSERT_EQ(start().status, 0);
    // cgroup2 refuses the process itself; a v1 hierarchy lets it join, but it can start no other.
    const Result refused = inside("/bin/true; /bin/true; echo forked");
    EXPECT_NE(refused.status, 0) << refused.all();
    EXPECT_THAT(refused.err, testing::AnyOf(HasSubstr("limit on processes"), HasSubstr("fork")));
}

TEST_F(LimitsTest, NoneMeansNone) {
    configure("PIDS=none\nMEMORY=none\nCPUS=none");
    EXPECT_EQ(start().status, 0);
}

TEST_F(LimitsTest, ValuesAreCheckedBeforeAnythingHappens) {
    for (const char* line : {"PIDS=0", "PIDS=many", "MEMORY=1k", "MEMORY=lots", "CPUS=0", "CPUS=-1", "CPUS=x",
                             "STOP_TIMEOUT=soon", "STOP_SIGNAL=NOSUCH", "USERNS=no", "CAPABILITIES=all"}) {
        configure(line);
        const Result result = start();
        EXPECT_EQ(result.status, 2) << line << "\n" << result.all();
        EXPECT_THAT(result.err, HasSubstr(std::string(line).substr(0, std::string(line).find('=')))) << line;
    }
}

}  // namespace
}  // namespace jailctl::test
