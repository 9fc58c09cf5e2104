#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <gmock/gmock.h>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "look.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::IsEmpty;

constexpr std::size_t sample = 60;

/// One system call of all a start makes fails once: each of them could, of no memory, of no space, by an
/// administrator's rule. A sample is tried, the same one each time; JAILCTL_FAULTS=5000 tries them all.
class FailingCall : public JailTest {
protected:
    /// The start is traced with all it starts; the tracer stands aside (-D), or it would wait for the jail to end.
    Result traced_start(const std::string& options) const {
        const std::string jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
        const fs::path out = site.path() / "out", err = site.path() / "err";
        RunOptions limit;
        limit.limit = std::chrono::seconds(30);
        limit.environment = {no_leak_search};
        Result result = run_command({"/bin/sh", "-c",
                                     "exec strace -D -f --seccomp-bpf " + options + " " + jailctl + " start a.test >" +
                                         out.string() + " 2>" + err.string() + " </dev/null"},
                                    limit);
        result.out = slurp(out);
        result.err += slurp(err);
        return result;
    }
    /// How often each call is made, by the process that makes it most often: strace counts by process.
    std::map<std::string, int> calls_of_a_start() const {
        const fs::path trace = site.path() / "trace";
        EXPECT_EQ(traced_start("-o " + trace.string()).status, 0);
        EXPECT_EQ(stop().status, 0);
        std::map<std::string, std::map<std::string, int>> counts;
        std::istringstream lines(slurp(trace));
        std::string process, rest;
        while (lines >> process && std::getline(lines, rest)) {
            rest.erase(0, rest.find_first_not_of(' '));
            const auto end = rest.find('(');
            if (end != std::string::npos && rest.front() != '<' && rest.front() != '-' && rest.front() != '+')
                ++counts[rest.substr(0, end)][process];
        }
        std::map<std::string, int> most;
        for (const auto& [call, processes] : counts)
            for (const auto& [which, count] : processes) most[call] = std::max(most[call], count);
        // Without these no program of the C library runs.
        for (const char* call :
             {"execve", "brk", "mmap", "munmap", "mprotect", "arch_prctl", "rseq", "set_tid_address", "exit_group",
              "set_robust_list", "rt_sigreturn", "futex", "close", "exit", "rt_sigaction", "read", "pread64"})
            most.erase(call);
        return most;
    }
    void expect_kept_or_nothing_left(const std::string& what, const Result& result) {
        if (result.status == 0) {
            expect_confined_or_ended(what);
        } else {
            // 127 of the dynamic linker; an abort of ours that says there is no way back from a namespace.
            const bool astray = result.status == 134 && result.err.find("ends at once") != std::string::npos;
            EXPECT_TRUE(result.status == 1 || result.status == 2 || result.status == 4 || result.status == 127 ||
                        astray)
                << what << ": " << result.status << " " << result.all();
            EXPECT_FALSE(result.err.empty()) << what;
        }
        if (!record().is_null()) {
            EXPECT_EQ(stop().status, 0) << what;
        }
        const bool left = !cgroup_directories(cgroup_).empty() || !left_behind().empty();
        if (!left) return;
        EXPECT_NE(result.status, 0) << what << ": a stop that leaves something";
        Result next = start();
        for (int attempt = 0; attempt < 20 && next.err.find("is busy") != std::string::npos; ++attempt, ::usleep(50000))
            next = start();  // a child of what was aborted still ends, under the tracer, and holds the lock until then
        EXPECT_EQ(next.status, 0) << what << ": what an undo left stands in the way: " << next.all();
        EXPECT_EQ(stop().status, 0) << what;
        EXPECT_THAT(cgroup_directories(cgroup_), IsEmpty()) << what;
        EXPECT_THAT(left_behind(), IsEmpty()) << what;
    }
    /// The call may have failed in the jail's own first process, after all that a start promises: it may end of that,
    /// and nothing of it may be left then that stop does not end (the caller looks).
    void expect_confined_or_ended(const std::string& what) {
        const auto now = confinement_of(static_cast<pid_t>(record()["pid"].num()));
        if (now) {
            ++looked_at_;
            EXPECT_EQ(difference(usual_, *now), "") << what;
        } else {
            EXPECT_EQ(mark(), ' ') << what << ": a jail without a first process is said to run";
        }
    }
    std::string usual_, cgroup_;
    int looked_at_ = 0;
};

TEST_F(FailingCall, OnceKeepsThePromisesOrLeavesNothing) {
    ASSERT_EQ(traced_start("-o /dev/null -e trace=keyctl").status, 0);  // strace forbids new privileges
    usual_ = confinement_of(static_cast<pid_t>(record()["pid"].num())).value_or("");
    ASSERT_NE(usual_, "");
    cgroup_ = record()["cgroup"].str();
    ASSERT_EQ(stop().status, 0);
    const auto most = calls_of_a_start();
    std::vector<std::pair<std::string, int>> places;
    for (const auto& [call, count] : most)
        for (int n = 1; n <= count; ++n) places.emplace_back(call, n);
    ASSERT_GT(places.size(), 200U);
    std::mt19937 fixed(2026);
    std::shuffle(places.begin(), places.end(), fixed);
    const char* wanted = std::getenv("JAILCTL_FAULTS");
    places.resize(std::min(places.size(), wanted != nullptr ? std::stoul(wanted) : sample));
    bool turn = false;
    for (const auto& [call, n] : places) {
        const std::string error = (turn = !turn) ? "EPERM" : "ENOSYS";
        const std::string what = call + " " + std::to_string(n) + " " + error;
        expect_kept_or_nothing_left(what, traced_start("-o /dev/null -e trace=" + call + " -e inject=" + call +
                                                       ":error=" + error + ":when=" + std::to_string(n)));
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(looked_at_, 0);
}

}  // namespace
}  // namespace jailctl::test
