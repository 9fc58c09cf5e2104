#include <filesystem>
#include <gmock/gmock.h>
#include <map>
#include <sstream>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;

/// The table of security.md 4, tried from inside by a program of the jail: from init's side and from exec's.
class IsolationTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        std::filesystem::copy_file(JAIL_PROBE, site.root("a.test") / "bin/probe");
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\n/bin/probe > /root/from-init 2>&1\ncat /proc/self/status > /root/status\n"
                                             "touch /root/done\n", 0755);
        ASSERT_EQ(start().status, 0);
        for (int attempt = 0; attempt < 200 && !std::filesystem::exists(site.root("a.test") / "root/done"); ++attempt)
            ::usleep(20000);
    }
    static std::map<std::string, std::string> parse(const std::string& text) {
        std::map<std::string, std::string> results;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (const auto equals = line.find('='); equals != std::string::npos)
                results[line.substr(0, equals)] = line.substr(equals + 1);
        return results;
    }
    static std::map<std::string, std::string> expected() {
        std::map<std::string, std::string> results;
        const auto put = [&](const char* result, std::initializer_list<const char*> names) {
            for (const char* name : names) results[name] = result;
        };
        put("EPERM", {"unshare-user", "unshare-mount", "setns", "clone-user", "clone-mount", "clone-net", "clone-cgroup",
                      "mount", "remount", "umount", "pivot_root", "fsopen", "open_tree", "move_mount", "mount_setattr",
                      "mknod", "mknod-dev", "socket-raw", "io_uring_setup", "bpf", "perf_event_open", "userfaultfd",
                      "process_vm_readv", "process_vm_writev", "kcmp", "open_by_handle_at", "name_to_handle_at",
                      "fanotify_init", "tiocsti", "tiocsti-high-bits", "tioclinux", "clock_settime", "settimeofday",
                      "init_module", "kexec_load", "swapon", "acct", "quotactl", "syslog", "vhangup", "sethostname",
                      "personality-norandom", "iopl", "ioperm", "modify_ldt"});
        put("EACCES", {"nice"});
        put("ENOSYS", {"clone3", "add_key", "request_key", "keyctl", "unknown-call", "x32-call", "int80"});
        put("EAFNOSUPPORT", {"socket-audit", "socket-generic", "socket-vsock", "socket-alg", "socket-packet",
                             "socket-bluetooth", "socket-high-bits"});
        put("ok", {"socket-unix", "socket-inet", "socket-inet6", "socket-route", "personality-query", "personality-plain",
                   "chroot"});
        put("ENXIO", {"dev-tty"});  // no controlling terminal
        return results;
    }
};

TEST_F(IsolationTest, InitIsRefusedWhatTheTableSays) {
    EXPECT_EQ(parse(slurp(site.root("a.test") / "root/from-init")), expected());
}

TEST_F(IsolationTest, ExecIsRefusedTheSame) {
    EXPECT_EQ(parse(inside("/bin/probe").out), expected());
}

TEST_F(IsolationTest, CapabilitiesAndFilterOfInitAndExec) {
    for (const std::string& status : {slurp(site.root("a.test") / "root/status"), inside("cat /proc/self/status").out}) {
        EXPECT_THAT(status, HasSubstr("CapInh:\t0000000000000000\n"));
        EXPECT_THAT(status, HasSubstr("CapPrm:\t00000000b04485fb\n"));
        EXPECT_THAT(status, HasSubstr("CapEff:\t00000000b04485fb\n"));
        EXPECT_THAT(status, HasSubstr("CapBnd:\t00000000b04485fb\n"));
        EXPECT_THAT(status, HasSubstr("CapAmb:\t0000000000000000\n"));
        EXPECT_THAT(status, HasSubstr("Seccomp:\t2\n"));
        EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t0\n")) << "su and passwd must work";
    }
}

TEST_F(IsolationTest, TheIdMapIsTheJailsOwnAndNeverHoldsTheHostsRoot) {
    for (const char* map : {"uid_map", "gid_map"}) {
        std::istringstream words(inside(std::string("cat /proc/self/") + map).out);
        std::uint64_t inside_first = 1, outside = 0, count = 0;
        words >> inside_first >> outside >> count;
        EXPECT_EQ(inside_first, 0U);
        EXPECT_GE(outside, 1879048192U);
        EXPECT_EQ(outside % 65536, 0U);
        EXPECT_EQ(count, 65536U);
    }
}

TEST_F(IsolationTest, OnlyDescriptorsZeroToTwoAreOpen) {
    EXPECT_EQ(inside("ls /proc/1/fd").out, "0\n1\n2\n");
    EXPECT_EQ(inside("for fd in 0 1 2; do readlink /proc/1/fd/$fd; done").out, "/dev/null\n/log\n/log\n");
}

TEST_F(IsolationTest, TheConsoleIsOneBoundedFileAndNoWayOut) {
    EXPECT_NE(inside("ls /proc/1/fd/1/..").status, 0);
    EXPECT_NE(inside("cp /bin/busybox /proc/1/fd/1; /proc/1/fd/1 true").status, 0) << "nothing runs from there";
    EXPECT_NE(inside("dd if=/dev/zero of=/proc/1/fd/1 bs=1M count=4").status, 0) << "1 MiB is all";
    EXPECT_EQ(inside("grep -c console /proc/self/mountinfo").out, "0\n") << "it is not mounted in the jail";
}

TEST_F(IsolationTest, HostProcessesAreNeitherSeenNorReached) {
    EXPECT_EQ(inside("cat /proc/1/comm").out, "init\n");
    const std::string host_pid = std::to_string(::getpid());
    EXPECT_NE(inside("kill -0 " + host_pid).status, 0);
    EXPECT_NE(inside("test -e /proc/" + host_pid).status, 0);
}

TEST_F(IsolationTest, ASetuidProgramWorksInside) {
    ASSERT_EQ(inside("cp /bin/busybox /root/suid; cp /root/suid /tmp/id; chmod 4755 /tmp/id").status, 0);
    EXPECT_EQ(inside("su -s /bin/sh nobody -c '/bin/busybox id -u' ").out, "65534\n");
}

}  // namespace
}  // namespace jailctl::test
