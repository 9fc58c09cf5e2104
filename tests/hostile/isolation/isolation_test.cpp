#include <filesystem>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "roots.hpp"
#include "table.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::IsEmpty;

/// expected.txt, tried from inside by a program of the jail: from init's side and from exec's, under both CAPABILITIES.
class IsolationTest : public JailTest, public testing::WithParamInterface<const char*> {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        configure(std::string("CAPABILITIES=") + GetParam() + "\n");
        const fs::path root = site.root("a.test");
        fs::copy_file(JAIL_PROBE, root / "bin/probe");
        fs::copy_file(JAIL_TABLE, root / "etc/table");
        for (const auto& [name, type, number] : {std::tuple{"node-zero", S_IFCHR, ::makedev(1, 5)},
                                                 std::tuple{"node-kmsg", S_IFCHR, ::makedev(1, 11)},
                                                 std::tuple{"node-loop", S_IFBLK, ::makedev(7, 0)}}) {
            ASSERT_EQ(::mknod((root / "root" / name).c_str(), static_cast<mode_t>(type), number), 0);
            ::chmod((root / "root" / name).c_str(), 0666);  // it is not the mode that keeps a jail out
        }
        spit(root / "etc/rc", "#!/bin/sh\n/bin/probe /etc/table > /root/from-init 2>&1\ntouch /root/done\n", 0755);
        ASSERT_EQ(start().status, 0);
        for (int attempt = 0; attempt < 1000 && !fs::exists(root / "root/done"); ++attempt) ::usleep(20000);
    }
    [[nodiscard]] bool is_system() const { return std::string(GetParam()) == "system"; }
    const Table table_{JAIL_TABLE};
};

TEST_P(IsolationTest, InitGetsWhatTheTableSays) {
    EXPECT_THAT(table_.differences(slurp(site.root("a.test") / "root/from-init"), is_system()), IsEmpty());
}

TEST_P(IsolationTest, ExecGetsTheSame) {
    const Result tried = site.jailctl({"exec", "a.test", "--", "/bin/probe", "/etc/table"});
    EXPECT_THAT(table_.differences(tried.out, is_system()), IsEmpty()) << tried.err;
}

/// The kernel looks up such an interpreter while the process still runs jailctl. What it finds cannot be written.
TEST_P(IsolationTest, AScriptThatNamesOurOwnProgramChangesNothing) {
    const fs::path program = stage() / "bin/jailctl";
    const auto before = fs::last_write_time(program);
    spit(site.root("a.test") / "bin/bent", "#!/proc/self/exe\n", 0755);
    const Result bent = site.jailctl({"exec", "a.test", "--", "/bin/bent"});
    EXPECT_NE(bent.status, 0) << bent.all();
    EXPECT_NE(inside("for p in /proc/[0-9]*; do : >> $p/exe; done").status, 0);
    EXPECT_EQ(inside("readlink /proc/self/exe").out, "/bin/busybox\n");
    EXPECT_EQ(fs::last_write_time(program), before);
}

INSTANTIATE_TEST_SUITE_P(Under, IsolationTest, testing::Values("default", "system"),
                         [](const auto& which) { return std::string(which.param); });

class OneIsolated : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\n", 0755);
        ASSERT_EQ(start().status, 0);
    }
};

TEST_F(OneIsolated, OfInitOnlyDescriptorsZeroToTwoAreOpen) {
    EXPECT_EQ(inside("ls /proc/1/fd").out, "0\n1\n2\n");
    EXPECT_EQ(inside("for fd in 0 1 2; do readlink /proc/1/fd/$fd; done").out, "/dev/null\n/log\n/log\n");
}

TEST_F(OneIsolated, TheConsoleIsOneBoundedFileAndNoWayOut) {
    EXPECT_NE(inside("ls /proc/1/fd/1/..").status, 0);
    EXPECT_NE(inside("cp /bin/busybox /proc/1/fd/1; /proc/1/fd/1 true").status, 0) << "nothing runs from there";
    EXPECT_NE(inside("dd if=/dev/zero of=/proc/1/fd/1 bs=1M count=4").status, 0) << "1 MiB is all";
    EXPECT_EQ(inside("grep -c console /proc/self/mountinfo").out, "0\n") << "it is not mounted in the jail";
}

/// Descriptors of whoever calls jailctl: beyond 2 none comes along, whatever starts the program.
TEST_F(OneIsolated, DescriptorsOfTheCallerDoNotComeAlong) {
    const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    const auto with_more = [&](const std::string& words) {
        RunOptions options;
        options.input = "for n in 0 1 2 3 4 5 6 7 8 9; do test -e /proc/self/fd/$n && echo -n $n; done; exit 0\n";
        return run_command({"/bin/sh", "-c", "exec 5</etc/shadow 7</ 9>>" + (site.path() / "own").string() + "; exec " +
                                             jailctl + " " + words}, options).out;
    };
    EXPECT_EQ(with_more("exec a.test -- sh"), "012");
    EXPECT_EQ(with_more("shell a.test"), "012");
    ASSERT_EQ(stop().status, 0);
    (void)with_more("start a.test");
    EXPECT_EQ(inside("ls /proc/1/fd").out, "0\n1\n2\n");
}

TEST_F(OneIsolated, HostProcessesAreNeitherSeenNorReached) {
    EXPECT_EQ(inside("cat /proc/1/comm").out, "init\n");
    const std::string host_pid = std::to_string(::getpid());
    EXPECT_NE(inside("kill -0 " + host_pid).status, 0);
    EXPECT_NE(inside("test -e /proc/" + host_pid).status, 0);
}

TEST_F(OneIsolated, ASetuidProgramWorksInside) {
    ASSERT_EQ(inside("cp /bin/busybox /root/suid; cp /root/suid /tmp/id; chmod 4755 /tmp/id").status, 0);
    EXPECT_EQ(inside("su -s /bin/sh nobody -c '/bin/busybox id -u' ").out, "65534\n");
}

}  // namespace
}  // namespace jailctl::test
