/// jail-init: the first process of a jail that has no init of its own. Static, and run from memory, so that it needs
/// nothing of the jail's root. Two ways:
///   boot [FD]   runs /etc/rc (if there is one), then reaps; ends on a request to shut down: /etc/rc.shutdown, TERM,
///               KILL; by SIGHUP if it was one from inside to reboot, else with 0. Says READY=1 on the socket FD once
///               rc has ended, and X_JAILCTL_RC=N: with which status, or 128 and the signal
///   run CMD...  runs one command, reaps meanwhile, and ends with its status
/// It says nothing and reads nothing; the kernel ends every process of the jail together with it.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr time_t rc_shutdown_limit = 3600;  // stop has a limit of its own and kills us
constexpr time_t term_limit = 10;

/// All requests that some program uses for "power off": jailctl stop (TERM), and poweroff, halt, reboot from inside.
bool asks_for_end(int signal) {
    return signal == SIGTERM || signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGPWR || signal == SIGINT ||
           (signal >= SIGRTMIN + 3 && signal <= SIGRTMIN + 6);
}

sigset_t heeded() {
    sigset_t set;
    sigfillset(&set);
    return set;
}

/// Starts a program with signals as they were before us. @return its pid, -1 if it cannot be started
pid_t start(const char* path, char* const arguments[], bool with_shell) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setsid();
    execvp(path, arguments);
    const int error = errno;
    // As FreeBSD runs its rc: sh reads it, executable or not.
    if (with_shell && (error == EACCES || error == ENOEXEC)) {
        char shell[] = "/bin/sh", script[64];
        strncpy(script, path, sizeof script - 1);
        script[sizeof script - 1] = '\0';
        char* const words[] = {shell, script, nullptr};
        execv(shell, words);
    }
    _exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

pid_t start_script(const char* path) {
    if (access(path, F_OK) != 0) return -1;
    char name[64];
    strncpy(name, path, sizeof name - 1);
    name[sizeof name - 1] = '\0';
    char* const arguments[] = {name, nullptr};
    return start(path, arguments, true);
}

/// Reaps everything that has ended. @return false if `watched` was among it (with its status), or (0) no child is left
bool reap(pid_t watched, int& status) {
    for (;;) {
        int ended = 0;
        const pid_t pid = waitpid(-1, &ended, WNOHANG);
        if (pid == 0) return true;
        if (pid < 0) return errno == ECHILD && watched > 0;
        if (pid == watched) {
            status = ended;
            return false;
        }
    }
}

/// Waits for a signal, at most until `until`. @return 0 when that passed
int next_signal(time_t until) {
    const sigset_t set = heeded();
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const timespec left{until > now.tv_sec ? until - now.tv_sec : 0, 0};
    const int signal = sigtimedwait(&set, nullptr, &left);
    if (signal > 0) return signal;
    return errno == EINTR ? SIGCHLD : 0;
}

time_t from_now(time_t seconds) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + seconds;
}

/// Waits until `watched` has ended, or (0) until no process but us is left. @return false when the time was up
bool wait_for(pid_t watched, time_t limit) {
    const time_t until = from_now(limit);
    int status = 0;
    while (reap(watched, status)) {
        if (next_signal(until) == 0) return false;
    }
    return true;
}

/// Whether the jail is to come up again: what reboot(8) of some init sends, sent from inside. A stop comes from outside
/// the pid namespace, which the kernel tells by a sender of 0.
bool asks_for_reboot(const siginfo_t& request) {
    const int signal = request.si_signo;
    return request.si_pid != 0 && (signal == SIGTERM || signal == SIGINT || signal == SIGRTMIN + 5);
}

[[noreturn]] void shut_down(bool to_reboot) {
    if (const pid_t pid = start_script("/etc/rc.shutdown"); pid > 0) wait_for(pid, rc_shutdown_limit);
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
    wait_for(0, term_limit);
    // In a pid namespace this ends the namespace alone, and us by SIGHUP: whoever supervises the jail sees the wish.
    if (to_reboot) reboot(RB_AUTOBOOT);
    _exit(0);  // the kernel kills what is left
}

int exit_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/// To whoever started the jail, if they still listen. @param socket  inherited, closed here; -1: nobody asked
void tell_ready(int socket, int rc_status) {
    if (socket < 0) return;
    char text[40];
    const int length = snprintf(text, sizeof text, "READY=1\nX_JAILCTL_RC=%d", rc_status);
    send(socket, text, static_cast<size_t>(length), MSG_DONTWAIT | MSG_NOSIGNAL);
    close(socket);
}

/// Reaps all; the jail is ready once rc is among them, or none could be started.
void reap_and_tell(pid_t& rc, int& socket) {
    int status = 0;
    if (rc > 0 && reap(rc, status)) return;
    rc = 0;
    tell_ready(socket, exit_status(status));
    socket = -1;
    reap(0, status);
}

[[noreturn]] void boot(int socket) {
    if (socket >= 0) fcntl(socket, F_SETFD, FD_CLOEXEC);
    pid_t rc = start_script("/etc/rc");
    const sigset_t set = heeded();
    for (;;) {
        reap_and_tell(rc, socket);
        siginfo_t from{};
        const int signal = sigwaitinfo(&set, &from);
        if (signal > 0 && asks_for_end(signal)) shut_down(asks_for_reboot(from));
    }
}

[[noreturn]] void run(char* const command[]) {
    const pid_t pid = start(command[0], command, false);
    if (pid < 0) _exit(125);
    int status = 0;
    const sigset_t set = heeded();
    while (reap(pid, status)) {
        siginfo_t from{};
        const int signal = sigwaitinfo(&set, &from);
        if (signal > 0 && asks_for_end(signal)) kill(pid, SIGTERM);
    }
    _exit(exit_status(status));
}

}  // namespace

int main(int argc, char* argv[]) {
    prctl(PR_SET_NAME, "init");  // for ps: run from memory we would be called "memfd:jail-init"
    // Blocked and taken one by one: the kernel drops signals an init neither catches nor blocks.
    const sigset_t all = heeded();
    sigprocmask(SIG_SETMASK, &all, nullptr);
    if (argc >= 3 && strcmp(argv[1], "run") == 0) run(argv + 2);
    boot(argc >= 3 && strcmp(argv[1], "boot") == 0 ? atoi(argv[2]) : -1);
}
