#include "namespaces.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <csignal>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

[[noreturn]] void clone_failed() {
    const auto cause = last_error();
    switch (cause.value()) {
    case ENOSPC:
    case EUSERS:
        throw Error(Errc::unsupported, "no user namespace can be made: the limit in "
                                       "/proc/sys/user/max_user_namespaces is reached", cause)
            .with_hint("raise it: sysctl -w user.max_user_namespaces=65536");
    case EINVAL:
        throw Error(Errc::unsupported,
                    "this kernel lacks one of the namespaces a jail needs (user, mount, pid, net, ipc, "
                    "uts, cgroup)",
                    cause);
    case EPERM:
        throw Error(Errc::unsupported, "this host does not permit new user namespaces", cause);
    case EAGAIN:
        throw Error(Errc::busy, "no more processes can be started: a limit on processes is reached", cause);
    default:
        throw Error(code_of(cause), "cannot start a process in the jail", cause);
    }
}

}  // namespace

std::uint64_t jail_namespaces(bool own_network) noexcept {
    return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (own_network ? CLONE_NEWNET : 0);
}

ChildProcess clone_into(std::uint64_t flags, int cgroup, const std::function<void()>& body) {
    int pidfd = -1;
    clone_args arguments{};
    arguments.flags = flags | CLONE_PIDFD | CLONE_INTO_CGROUP;
    arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid < 0) clone_failed();
    if (pid == 0) {
        body();
        ::_exit(125);
    }
    return ChildProcess{static_cast<pid_t>(pid), UniqueFd{pidfd}};
}

UniqueFd open_process(pid_t pid) {
    UniqueFd process{::open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!process) throw_errno("cannot look at the jail's first process in /proc");
    return process;
}

UniqueFd open_namespace(int process, const char* kind) {
    UniqueFd opened{::openat(process, (std::string("ns/") + kind).c_str(), O_RDONLY | O_CLOEXEC)};
    if (!opened) throw_errno(std::string("cannot open the jail's ") + kind + " namespace");
    return opened;
}

}  // namespace jailctl::lifecycle
