#include "join.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

#include "astray.hpp"
#include "birth.hpp"
#include "cgroup.hpp"
#include "jailctl/sdk/error.hpp"
#include "keyring.hpp"
#include "limits.hpp"
#include "namespaces.hpp"
#include "pty.hpp"
#include "report.hpp"

namespace jailctl::lifecycle {
namespace {

[[noreturn]] void cannot_enter(const char* what) {
    if (errno == ESRCH) throw Error(Errc::not_found, "the jail has ended meanwhile");
    throw_errno(what);
}

/// While one lives, children of ours are born in the pid namespace of the jail. Saves a process in between that would
/// only fork.
class ChildrenInPidNamespace {
public:
    explicit ChildrenInPidNamespace(int handle) : ours_(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)) {
        if (!ours_) throw_errno("cannot open our pid namespace");
        if (::setns(handle, CLONE_NEWPID) != 0) cannot_enter("cannot enter the jail's pid namespace");
    }
    ChildrenInPidNamespace(const ChildrenInPidNamespace&) = delete;
    ChildrenInPidNamespace& operator=(const ChildrenInPidNamespace&) = delete;
    ~ChildrenInPidNamespace() {
        if (::setns(ours_.get(), CLONE_NEWPID) != 0) end_astray("pid");  // a hook would be born in the jail
    }

private:
    UniqueFd ours_;
};

void join_cgroups(const Cgroup& cgroup) {
    for (const UniqueFd& file : cgroup.tasks())
        if (::write(file.get(), "0", 1) != 1) throw_errno("cannot join the jail's cgroup");
}

void enter_namespaces(int handle) {
    const int namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    if (::setns(handle, namespaces) != 0) cannot_enter("cannot enter the jail's namespaces");
}

/// From here on a hostile jail may reach for us: while a killed process ends, some kernels forget that it is
/// not dumpable. So nothing of the host's is open any more but what the command is to have, and the pipe of our report.
void let_go(const JoinStdio& stdio, int handle, int report) {
    std::vector<int> kept{0, 1, 2, handle, report, stdio.terminal_socket, stdio.fd[0], stdio.fd[1], stdio.fd[2]};
    std::sort(kept.begin(), kept.end());
    int next = 0;
    for (const int number : kept) {
        if (number > next && ::close_range(static_cast<unsigned>(next), static_cast<unsigned>(number) - 1, 0) != 0)
            throw_errno("cannot close what the jail must not inherit");
        next = std::max(next, number + 1);
    }
    if (::close_range(static_cast<unsigned>(next), ~0U, 0) != 0)
        throw_errno("cannot close what the jail must not inherit");
}

void take_stdio(const JoinStdio& stdio) {
    if (stdio.terminal_socket >= 0) return send_descriptor(stdio.terminal_socket, open_jail_pty().get());
    if (stdio.no_input) {
        const UniqueFd null{::open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC)};
        if (!null || ::dup2(null.get(), 0) < 0) throw_errno("cannot open /dev/null in the jail");
    }
    for (int number = 0; number < 3; ++number)
        if (stdio.fd[number] >= 0 && ::dup2(stdio.fd[number], number) < 0)
            throw_errno("cannot set up stdio in the jail");
}

}  // namespace

ChildProcess join_jail(const Record& record, const JailProgram& program, const JoinStdio& stdio, int report) {
    Cgroup cgroup(record.cgroup);
    cgroup.open();
    if (cgroup.frozen())
        throw Error(Errc::busy, record.name + " is frozen").with_hint("let it run: jailctl thaw " + record.name);
    const UniqueFd handle = open_handle(record.init);
    if (!handle) throw Error(Errc::not_found, record.name + " has ended");
    const ChildrenInPidNamespace inside(handle.get());
    return clone_into(0, cgroup.birthplace(), [&] {
        run_child(report, [&] {
            shut_out_lookers();
            reset_inheritance();
            reset_limits(0);
            join_cgroups(cgroup);
            let_go(stdio, handle.get(), report);
            enter_namespaces(handle.get());
            take_root_ids();
            leave_keyring();
            leave_session();
            take_stdio(stdio);
            // As login does: some programs open their terminal by its name.
            if (stdio.terminal_socket >= 0 && ::fchown(0, program.user.uid, static_cast<gid_t>(-1)) != 0)
                throw_errno("cannot give the terminal to the user");
            confine_and_become(program);
        });
    });
}

}  // namespace jailctl::lifecycle
