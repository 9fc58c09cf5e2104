#include <cerrno>
#include <cstring>
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include "look.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::IsEmpty;

struct Call {
    const char* name;
    long number;
};
#define JAILCTL_CALL(name) {#name, SYS_##name},
/// What a start, an exec or a stop asks of the kernel and a kernel could lack or forbid.
constexpr Call calls[] = {
    JAILCTL_CALL(openat2) JAILCTL_CALL(clone3) JAILCTL_CALL(close_range) JAILCTL_CALL(mount_setattr) JAILCTL_CALL(
        open_tree) JAILCTL_CALL(move_mount) JAILCTL_CALL(fsopen) JAILCTL_CALL(fsconfig) JAILCTL_CALL(fsmount)
        JAILCTL_CALL(pidfd_open) JAILCTL_CALL(pidfd_send_signal) JAILCTL_CALL(seccomp) JAILCTL_CALL(setns)
            JAILCTL_CALL(unshare) JAILCTL_CALL(keyctl) JAILCTL_CALL(statx) JAILCTL_CALL(name_to_handle_at)
                JAILCTL_CALL(memfd_create) JAILCTL_CALL(pivot_root) JAILCTL_CALL(mount) JAILCTL_CALL(umount2)
                    JAILCTL_CALL(sethostname) JAILCTL_CALL(setsid) JAILCTL_CALL(setgroups) JAILCTL_CALL(setresuid)
                        JAILCTL_CALL(setresgid) JAILCTL_CALL(capset) JAILCTL_CALL(prctl) JAILCTL_CALL(execveat)
                            JAILCTL_CALL(faccessat2) JAILCTL_CALL(mknodat) JAILCTL_CALL(fchownat)
                                JAILCTL_CALL(symlinkat) JAILCTL_CALL(mkdirat) JAILCTL_CALL(unlinkat) JAILCTL_CALL(flock)
                                    JAILCTL_CALL(fchdir) JAILCTL_CALL(chdir) JAILCTL_CALL(fchown) JAILCTL_CALL(sendfile)
                                        JAILCTL_CALL(fchmod) JAILCTL_CALL(ppoll) JAILCTL_CALL(bpf)
#ifndef JAILCTL_SANITIZED  // the sanitizer's runtime asks for its stack's limit before we begin, and ends without
                                            JAILCTL_CALL(prlimit64)
#endif
};
#undef JAILCTL_CALL

class RefusedCalls : public JailTest, public testing::WithParamInterface<int> {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        configure("STOP_TIMEOUT=2\n");
        ASSERT_EQ(start().status, 0);
        usual_ = confinement_of(init()).value_or("");
        ASSERT_NE(usual_, "");
        cgroup_ = record()["cgroup"].str();
    }
    [[nodiscard]] pid_t init() const { return static_cast<pid_t>(record()["pid"].num()); }
    Result without(const Call& call, const std::vector<std::string>& words) const {
        std::vector<std::string> argv{WITHOUT, std::to_string(call.number), std::to_string(GetParam()),
                                      (stage() / "bin/jailctl").string(), "--config", site.config().string()};
        argv.insert(argv.end(), words.begin(), words.end());
        RunOptions options;
        options.limit = std::chrono::seconds(30);
        return run_command(argv, options);
    }
    [[nodiscard]] std::string when(const Call& call, const Result& result) const {
        return std::string(call.name) + " " + ::strerrorname_np(GetParam()) + ": status " +
               std::to_string(result.status) + " " + result.all();
    }
    /// A sentence, and neither a crash nor a hang.
    void expect_refusal(const Call& call, const Result& result, int status) const {
        EXPECT_EQ(result.status, status) << when(call, result);
        EXPECT_NE(result.err.find("jailctl: "), std::string::npos) << when(call, result);
    }
    std::string usual_, cgroup_;
};

TEST_P(RefusedCalls, StartKeepsItsPromisesOrRefusesAndLeavesNothing) {
    int kept = 0, refused = 0;
    ASSERT_EQ(stop().status, 0);
    for (const Call& call : calls) {
        const Result result = without(call, {"start", "a.test"});
        if (result.status == 0) {
            ++kept;
            EXPECT_EQ(difference(usual_, confinement_of(init()).value_or("has ended")), "") << when(call, result);
            ASSERT_EQ(stop().status, 0) << when(call, result);
        } else {
            ++refused;
            expect_refusal(call, result, 1);
        }
        if (!record().is_null() || !cgroup_directories(cgroup_).empty() || !left_behind().empty()) {
            // An undo that needs the call as well: the next command does it.
            (void)start();
            EXPECT_EQ(mark(), '*') << when(call, result);
            EXPECT_EQ(stop().status, 0) << when(call, result);
            EXPECT_THAT(cgroup_directories(cgroup_), IsEmpty()) << when(call, result);
            EXPECT_THAT(left_behind(), IsEmpty()) << when(call, result);
        }
    }
    EXPECT_GT(kept, 3);
    EXPECT_GT(refused, 15);
}

TEST_P(RefusedCalls, ExecIsConfinedAsEverOrRefused) {
    const std::string look = "grep -E '^(Cap|Seccomp:|NoNew|Uid|Gid|Groups|Umask)' /proc/self/status; grep -q "
                             "'^NSsid:.0$' /proc/self/status && echo session of the host; cat /proc/self/limits; "
                             "for n in 3 4 5 6 7 8 9; do test -e /proc/$$/fd/$n && echo $n; done; pwd";
    const std::string usual = inside(look).out;
    int kept = 0, refused = 0;
    for (const Call& call : calls) {
        const Result result = without(call, {"exec", "a.test", "--", "sh", "-c", look});
        if (result.status == 0) {
            ++kept;
            EXPECT_EQ(difference(usual, result.out), "") << when(call, result);
        } else {
            ++refused;
            expect_refusal(call, result, 125);
        }
    }
    EXPECT_EQ(mark(), '*');
    EXPECT_GT(kept, 10);
    EXPECT_GT(refused, 5);
}

TEST_P(RefusedCalls, StopEndsTheJailOrSaysWhyAndTheNextOneDoes) {
    int ended = 0;
    for (const Call& call : calls) {
        if (record().is_null()) {
            ASSERT_EQ(start().status, 0);
        }
        const Result result = without(call, {"stop", "--timeout", "1", "a.test"});
        if (result.status == 0) {
            ++ended;
            EXPECT_TRUE(record().is_null()) << when(call, result);
            EXPECT_THAT(cgroup_directories(cgroup_), IsEmpty()) << when(call, result);
            continue;
        }
        expect_refusal(call, result, 1);
        const Result next = stop();
        EXPECT_EQ(mark(), ' ') << when(call, result) << next.all();
        EXPECT_THAT(cgroup_directories(cgroup_), IsEmpty()) << when(call, result);
        EXPECT_THAT(left_behind(), IsEmpty()) << when(call, result);
    }
    EXPECT_GT(ended, 10);
}

INSTANTIATE_TEST_SUITE_P(With, RefusedCalls, testing::Values(ENOSYS, EPERM),
                         [](const auto& which) { return std::string(::strerrorname_np(which.param)); });

}  // namespace
}  // namespace jailctl::test
