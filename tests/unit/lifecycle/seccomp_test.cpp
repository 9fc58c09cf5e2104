#include <cerrno>
#include <csignal>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp.hpp"
#include "seccomp_calls.hpp"

namespace jailctl::lifecycle {
namespace {

/// The error `call` gives in a child that loaded the filter; 0: it passed the filter.
int error_behind_filter(long call, long first = 0, Confinement confinement = Confinement::standard) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        try {
            confine_system_calls(confinement);
        } catch (...) {
            ::_exit(200);
        }
        errno = 0;
        ::syscall(call, first, -1L, -1L, -1L, -1L, -1L);
        ::_exit(errno);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 201;
}

TEST(Seccomp, EveryRuleOfTheTableIsEnforced) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: loading a filter without no_new_privs";
    for (const CallRule& rule : rules) {
        if (rule.verdict == CallVerdict::refuse) {
            EXPECT_EQ(error_behind_filter(rule.call), EPERM) << rule.call;
        }
        if (rule.verdict == CallVerdict::absent) {
            EXPECT_EQ(error_behind_filter(rule.call), ENOSYS) << rule.call;
        }
    }
}

TEST(Seccomp, UnderSystemMountsAndNamespacesPassButForUserNamespaces) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: loading a filter without no_new_privs";
    for (const CallRule& rule : rules) {
        if (rule.system == CallVerdict::refuse) {
            EXPECT_EQ(error_behind_filter(rule.call, 0, Confinement::system), EPERM) << rule.call;
        }
        if (rule.system == CallVerdict::absent) {
            EXPECT_EQ(error_behind_filter(rule.call, 0, Confinement::system), ENOSYS) << rule.call;
        }
    }
    EXPECT_EQ(error_behind_filter(SYS_unshare, CLONE_NEWUSER, Confinement::system), EPERM);
    EXPECT_EQ(error_behind_filter(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS, Confinement::system), EPERM);
    EXPECT_EQ(error_behind_filter(SYS_unshare, CLONE_NEWNS, Confinement::system), 0);
    EXPECT_EQ(error_behind_filter(SYS_unshare, CLONE_NEWNS), EPERM);
    EXPECT_EQ(error_behind_filter(SYS_fsopen, 0, Confinement::system), EINVAL) << "it reached the kernel";
    EXPECT_EQ(error_behind_filter(SYS_socket, AF_VSOCK, Confinement::system), EAFNOSUPPORT);
    EXPECT_EQ(error_behind_filter(SYS_socket, AF_PACKET, Confinement::system), EAFNOSUPPORT);
}

TEST(Seccomp, NeighboursOfRefusedCallsPass) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: loading a filter without no_new_privs";
    // Each refused number's neighbours, where they are allowed and harmless with these arguments: a range that
    // is one off would show here.
    for (const long call :
         {SYS_umask, SYS_getpid, SYS_getppid, SYS_getuid, SYS_read, SYS_write, SYS_close, SYS_dup, SYS_getrandom,
          SYS_openat2, SYS_epoll_pwait2, SYS_chdir, SYS_fchdir, SYS_statfs, SYS_prctl, SYS_capget, SYS_sync_file_range})
        EXPECT_NE(error_behind_filter(call, -1), ENOSYS) << call;
}

TEST(Seccomp, CallsNewerThanTheTableDoNotExist) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: loading a filter without no_new_privs";
    EXPECT_EQ(error_behind_filter(newest_call + 1), ENOSYS);
    EXPECT_EQ(error_behind_filter(9999), ENOSYS);
}

}  // namespace
}  // namespace jailctl::lifecycle
