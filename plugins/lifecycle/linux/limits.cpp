#include "limits.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

struct Limit {
    __rlimit_resource resource;
    rlimit value;
};
constexpr rlim_t mebibyte = 1 << 20;
constexpr Limit defaults[] = {
    {RLIMIT_CPU, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_FSIZE, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_DATA, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_STACK, {8 * mebibyte, RLIM_INFINITY}},
    {RLIMIT_CORE, {0, RLIM_INFINITY}},
    {RLIMIT_RSS, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_NPROC, {RLIM_INFINITY, RLIM_INFINITY}},  // PIDS is the limit: it counts per jail, not per user
    {RLIMIT_NOFILE, {1024, 524288}},
    {RLIMIT_MEMLOCK, {8 * mebibyte, 8 * mebibyte}},
    {RLIMIT_AS, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_LOCKS, {RLIM_INFINITY, RLIM_INFINITY}},
    {RLIMIT_MSGQUEUE, {819200, 819200}},
    {RLIMIT_NICE, {0, 0}},
    {RLIMIT_RTPRIO, {0, 0}},
    {RLIMIT_RTTIME, {RLIM_INFINITY, RLIM_INFINITY}},
};

}  // namespace

void reset_limits(pid_t pid) {
    for (const Limit& limit : defaults) {
        if (::prlimit(pid, limit.resource, &limit.value, nullptr) == 0) continue;
        if (errno != EPERM) throw_errno("cannot set the jail's resource limits");
        rlimit now{};
        if (::prlimit(pid, limit.resource, nullptr, &now) != 0) throw_errno("cannot read the jail's resource limits");
        now.rlim_cur = std::min(limit.value.rlim_cur, now.rlim_max);
        now.rlim_max = std::min(limit.value.rlim_max, now.rlim_max);
        if (::prlimit(pid, limit.resource, &now, nullptr) != 0) throw_errno("cannot set the jail's resource limits");
    }
}

void reset_inheritance() noexcept {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) ::signal(signal, SIG_DFL);  // fails harmlessly for KILL and STOP
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(022);
    ::setpriority(PRIO_PROCESS, 0, 0);
}

}  // namespace jailctl::lifecycle
