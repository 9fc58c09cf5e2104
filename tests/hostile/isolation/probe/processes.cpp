#include <cctype>
#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.hpp"

namespace probe {
namespace {

/// A terminal of the jail's own devpts as the controlling one.
int own_terminal() {
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return -1;
    setsid();
    const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    return terminal >= 0 && ioctl(terminal, TIOCSCTTY, 0) == 0 ? terminal : -1;
}

void on_terminal(const char* name, unsigned long request, const char* argument) {
    attempt_call(name, [&] {
        const int terminal = own_terminal();
        return terminal < 0 ? -1 : ioctl(terminal, request, argument);
    });
}

long trace_user(uid_t uid) {
    const pid_t pid = fork();
    if (pid == 0) {
        if (setresuid(uid, uid, uid) != 0) _exit(1);
        pause();
        _exit(0);
    }
    usleep(50000);
    const long result = ptrace(PTRACE_SEIZE, pid, nullptr, nullptr);
    const int error = errno;
    kill(pid, SIGKILL);
    errno = error;
    return result;
}

}  // namespace

void terminals() {
    attempt_call("terminal-own", [] { return own_terminal(); });
    on_terminal("tiocsti", TIOCSTI, "x");
    on_terminal("tiocsti-high-bits", 0x7f00000000UL | TIOCSTI, "x");
    on_terminal("tioclinux", 0x541C, "x");
    on_terminal("tioccons", TIOCCONS, nullptr);
    attempt_call("terminal-controlling", [] { return open("/dev/tty", O_RDWR | O_NOCTTY); });
    attempt_call("terminal-console", [] { return open("/dev/console", O_RDWR | O_NOCTTY); });
    attempt_call("terminal-tty0", [] { return open("/dev/tty0", O_RDWR | O_NOCTTY); });
}

void processes() {
    attempt("init-is", [] {
        std::string name;
        std::getline(std::ifstream("/proc/1/comm"), name);
        return name;
    });
    attempt_call("ptrace-other-user", [] { return trace_user(1000); });
    attempt_call("setgroups", [] {
        const gid_t groups[] = {1, 2, 65535};
        return setgroups(3, groups);
    });
    attempt_call("setgroups-beyond-map", [] {
        const gid_t group = 65536;
        return setgroups(1, &group);
    });
    attempt_call("setuid-last-of-map", [] { return setresuid(65535, 65535, 65535); });
    attempt_call("setuid-beyond-map", [] { return setresuid(65536, 65536, 65536); });
    attempt_call("chown-beyond-map", [] { return chown("/root", 65536, 65536); });
    attempt("root-after-setuid", [] {  // no way back, and none by a capability that stayed
        if (setresgid(1000, 1000, 1000) != 0 || setresuid(1000, 1000, 1000) != 0) return outcome(-1);
        return outcome(setresuid(0, 0, 0));
    });
    attempt_call("uid_map-again", [] {
        const int map = open("/proc/self/uid_map", O_WRONLY);
        return map < 0 ? -1 : write(map, "0 0 1\n", 6);
    });
    attempt_call("pidfd-of-init", [] { return syscall(SYS_pidfd_open, 1, 0); });
    attempt_call("signal-everybody-outside", [] {  // a number nobody in a jail has
        return kill(4000000, 0);
    });
}

}  // namespace probe
