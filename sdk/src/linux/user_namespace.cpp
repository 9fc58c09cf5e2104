#include "jailctl/sdk/ids.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/process.hpp"

namespace jailctl {

namespace {

/// A child that does nothing but be the first in a new user namespace, until it is killed.
ChildProcess start_sleeper() {
    int handle = -1;
    clone_args request{};
    request.flags = CLONE_PIDFD | CLONE_NEWUSER;
    request.pidfd = reinterpret_cast<std::uintptr_t>(&handle);
    request.exit_signal = SIGCHLD;
    const pid_t parent = ::getpid();
    // Blocked signals stay blocked in the child: our handlers must not run there, and only KILL ends it.
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &before);
    const long pid = ::syscall(SYS_clone3, &request, sizeof request);
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (::getppid() == parent) ::pause();
        ::_exit(0);
    }
    const int cause = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = cause;
    if (pid < 0) {
        const auto why = last_error();
        throw Error(Errc::unsupported, "cannot make a user namespace", why)
            .with_hint("look at /proc/sys/user/max_user_namespaces and kernel.unprivileged_userns_clone");
    }
    return {static_cast<pid_t>(pid), UniqueFd(handle)};
}

/// In one write(2): the kernel takes no second one.
void write_map(int process, const char* file, const std::string& map) {
    const UniqueFd target{::openat(process, file, O_WRONLY | O_CLOEXEC)};
    if (!target || ::write(target.get(), map.data(), map.size()) != static_cast<ssize_t>(map.size()))
        throw_errno(std::string("cannot write the jail's ") + file);
}

}  // namespace

void write_id_maps(int process, std::uint32_t base) {
    if (base == 0) throw Error(Errc::internal, "an id map that contains the host's root was refused");
    const std::string map = "0 " + std::to_string(base) + " " + std::to_string(ids_per_jail) + "\n";
    write_map(process, "uid_map", map);
    write_map(process, "gid_map", map);
}

UniqueFd make_user_namespace(std::uint32_t base) {
    const ChildProcess sleeper = start_sleeper();
    const std::string path = "/proc/" + std::to_string(sleeper.pid());
    const UniqueFd process(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!process) throw_errno("cannot open " + path);
    write_id_maps(process.get(), base);
    UniqueFd space(::openat(process.get(), "ns/user", O_RDONLY | O_CLOEXEC));
    if (!space) throw_errno("cannot open " + path + "/ns/user");
    return space;
}

}  // namespace jailctl
