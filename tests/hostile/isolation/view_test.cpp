#include <algorithm>
#include <gmock/gmock.h>
#include <sstream>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// What a jail sees, beyond the rows of expected.txt: /proc, /sys, /dev, mounts, network.
class ViewTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(start().status, 0);
    }
};

TEST_F(ViewTest, NoHostPathIsInTheMountTable) {
    const std::string table = inside("cat /proc/self/mountinfo").out;
    EXPECT_THAT(table, HasSubstr(" / "));
    EXPECT_EQ(inside("ls /").out.find("work"), std::string::npos);
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);)
        EXPECT_THAT(line, testing::Not(testing::ContainsRegex("shared:|master:")))
            << "no propagation to or from the host";
}

TEST_F(ViewTest, NestedUserNamespacesAreForbiddenTwice) {
    EXPECT_EQ(inside("cat /proc/sys/user/max_user_namespaces").out, "0\n");
    EXPECT_NE(inside("touch /proc/timer_list").status, 0) << "the host's /dev/null is under it";
}

TEST_F(ViewTest, SysIsReadOnlyAndOfTheJailsOwnNetwork) {
    EXPECT_EQ(inside("ls /sys/class/net").out, "lo\n");
    EXPECT_NE(inside("mkdir /sys/fs/cgroup/x").status, 0);
    EXPECT_EQ(inside("ls -A /sys/fs/cgroup").out, "") << "no hierarchy is mounted";
}

TEST_F(ViewTest, DevHoldsTheListedNodesAlone) {
    EXPECT_EQ(inside("ls /dev").out,
              "fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n");
    EXPECT_EQ(inside("stat -c '%t:%T %a %u:%g' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty").out,
              "1:3 666 0:0\n1:5 666 0:0\n1:7 666 0:0\n1:8 666 0:0\n1:9 666 0:0\n5:0 666 0:0\n");
    EXPECT_EQ(inside("head -c 4 /dev/zero | wc -c; echo x > /dev/null; echo $?").out, "4\n0\n");
    EXPECT_NE(inside("head -c 200000 /dev/zero > /dev/big").status, 0) << "64 KiB";
}

TEST_F(ViewTest, LoopbackIsUpAndPingNeedsNoPrivilege) {
    EXPECT_EQ(inside("ifconfig lo | grep -c 'UP LOOPBACK'").out, "1\n");
    EXPECT_THAT(inside("cat /proc/sys/net/ipv4/ping_group_range").out, testing::MatchesRegex("0\t65535\n"));
}

TEST_F(ViewTest, TwoJailsDoNotSeeEachOther) {
    entries = {"a.test:192.0.2.1", "b.test:192.0.2.2"};
    site.configure(entries);
    make_busybox_root(site.root("b.test"));
    ASSERT_EQ(site.jailctl({"start", "b.test"}).status, 0);
    const auto in_b = [&](const char* script) {
        return site.jailctl({"exec", "b.test", "--", "sh", "-c", script}).out;
    };
    EXPECT_NE(inside("readlink /proc/self/ns/user").out, in_b("readlink /proc/self/ns/user"));
    EXPECT_NE(inside("cat /proc/self/uid_map").out, in_b("cat /proc/self/uid_map"));
    for (const char* kind : {"pid", "net", "ipc", "uts", "mnt", "cgroup"})
        EXPECT_NE(inside(std::string("readlink /proc/self/ns/") + kind).out,
                  in_b((std::string("readlink /proc/self/ns/") + kind).c_str())) << kind;
}

}  // namespace
}  // namespace jailctl::test
