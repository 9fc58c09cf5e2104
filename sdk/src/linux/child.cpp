// Starting a program: everything between clone and execve.
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr const char* search_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Prepared {
    std::vector<char*> arguments, environment;
    std::vector<std::pair<int, int>> descriptors;  ///< {ours, the child's}, 0 to 2 among them
    int parking = 3;                               ///< above every number the child is given
    int report = -1;                               ///< where errno goes if execve fails
    int group_fd = -1;
    const Program* program = nullptr;              ///< what needs no preparation is read from here
    pid_t parent = 0;
    int parent_handle = -1;                        ///< pidfd of the parent, for an enclosed program
};

Prepared prepare(const Program& program, int stdin_fd, int stderr_fd) {
    Prepared prepared;
    const auto text = [](const std::string& s) { return const_cast<char*>(s.c_str()); };  // execve writes to none of it
    prepared.arguments.push_back(text(program.path));
    for (const auto& argument : program.arguments) prepared.arguments.push_back(text(argument));
    prepared.arguments.push_back(nullptr);
    prepared.environment.push_back(const_cast<char*>(search_path));
    for (const auto& variable : program.environment) prepared.environment.push_back(text(variable));
    prepared.environment.push_back(nullptr);
    prepared.descriptors = {{stdin_fd, 0}, {program.stdout_fd, 1}, {stderr_fd, 2}};
    prepared.descriptors.insert(prepared.descriptors.end(), program.descriptors.begin(), program.descriptors.end());
    for (const auto& [ours, number] : prepared.descriptors) prepared.parking = std::max(prepared.parking, number + 1);
    return prepared;
}

/// Puts each descriptor on its number. Sources are parked high first: one may stand where another must go.
bool place_descriptors(const Prepared& prepared, int& report) noexcept {
    if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0) return false;
    const int high = ::fcntl(prepared.report, F_DUPFD_CLOEXEC, prepared.parking);
    if (high < 0) return false;  // told by way of the one there is
    report = high;
    std::array<int, 64> parked{};
    for (std::size_t i = 0; i < prepared.descriptors.size(); ++i) {
        parked[i] = ::fcntl(prepared.descriptors[i].first, F_DUPFD_CLOEXEC, prepared.parking);
        if (parked[i] < 0) return false;
    }
    for (std::size_t i = 0; i < prepared.descriptors.size(); ++i) {
        if (::dup2(parked[i], prepared.descriptors[i].second) < 0) return false;
    }
    return true;
}

/// A mount namespace of its own, in which the program sees what its mounts show.
bool attach_mounts(const Program& program) noexcept {
    if (program.mounts.empty() && !program.enclosed) return true;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    if (program.read_only_host &&
        ::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) != 0)
        return false;
    for (const auto& [mount, path] : program.mounts)
        if (::move_mount(mount, "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
    return !program.enclosed || ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

/// Whether the parent is there: from inside another pid namespace it has no number, so its pidfd is asked.
bool has_parent(const Prepared& prepared) noexcept {
    if (!prepared.program->enclosed) return ::getppid() == prepared.parent;
    pollfd ended{prepared.parent_handle, POLLIN, 0};
    return ::poll(&ended, 1, 0) == 0;
}

/// Asks for a signal when the parent dies, which may have happened before. The first of a pid
/// namespace obeys KILL alone.
bool die_with_parent(const Prepared& prepared) noexcept {
    const Program& program = *prepared.program;
    if (!program.dies_with_us && !program.enclosed) return true;
    if (::prctl(PR_SET_PDEATHSIG, program.enclosed ? SIGKILL : program.stop_signal) != 0) return false;
    return has_parent(prepared);
}

void reset_signals() noexcept {
    struct sigaction plain {}, ignored {};
    plain.sa_handler = SIG_DFL;
    ignored.sa_handler = SIG_IGN;
    for (int signal = 1; signal < NSIG; ++signal) {
        // Ignoring discards what is pending: a Ctrl-C of the moment before setpgid is our parent's to act on. It would
        // kill the helper of an undo.
        ::sigaction(signal, &ignored, nullptr);
        ::sigaction(signal, &plain, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The child's life until execve: system calls only, for the parent's memory is a copy in an unknown state.
[[noreturn]] void become(const Prepared& prepared) noexcept {
    int report = prepared.report;
    ::umask(022);
    const Program& program = *prepared.program;
    if (::setpgid(0, 0) == 0 && die_with_parent(prepared) && attach_mounts(program) &&
        ::chdir(program.directory.c_str()) == 0 && place_descriptors(prepared, report)) {
        reset_signals();
        ::execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
    }
    const int cause = errno;
    if (::write(report, &cause, sizeof cause) < 0) ::_exit(126);
    ::_exit(127);
}

/// Signals stay blocked across the clone: a handler of ours must not run in the child.
ChildProcess start(const Prepared& prepared) {
    int handle = -1;
    clone_args request{};
    const std::uint64_t flags = CLONE_PIDFD | (prepared.program->enclosed ? CLONE_NEWPID : 0);
    request.flags = flags;
    request.pidfd = reinterpret_cast<std::uintptr_t>(&handle);
    request.exit_signal = SIGCHLD;
    if (prepared.group_fd >= 0) {
        request.flags |= CLONE_INTO_CGROUP;
        request.cgroup = static_cast<std::uint64_t>(prepared.group_fd);
    }
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &before);
    long pid = ::syscall(SYS_clone3, &request, sizeof request);
    if (pid < 0 && prepared.group_fd >= 0) {  // a group that takes no member: it runs in ours
        request.flags = flags;
        request.cgroup = 0;
        pid = ::syscall(SYS_clone3, &request, sizeof request);
    }
    if (pid == 0) become(prepared);
    const int cause = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = cause;
    if (pid < 0) throw_errno("cannot make a process");
    return {static_cast<pid_t>(pid), UniqueFd(handle)};
}

UniqueFd open_null() {
    UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) throw_errno("cannot open /dev/null");
    return null;
}

}  // namespace

ChildProcess spawn(const Program& program, int stderr_fd) {
    if (program.path.empty() || program.path.front() != '/') {
        throw Error(Errc::internal, "not an absolute path of a program: '" + escape_name(program.path) + "'");
    }
    if (program.descriptors.size() > 60) throw Error(Errc::internal, "too many descriptors for " + program.path);
    const UniqueFd null = open_null();
    Pipe report = make_pipe();
    Prepared prepared = prepare(program, program.stdin_fd >= 0 ? program.stdin_fd : null.get(),
                                stderr_fd >= 0 ? stderr_fd : null.get());
    if (program.stdout_fd < 0) prepared.descriptors[1].first = null.get();
    prepared.report = report.write.get();
    prepared.group_fd = program.group_fd;
    prepared.program = &program;
    prepared.parent = ::getpid();
    UniqueFd self;
    if (program.enclosed) {
        self = UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, prepared.parent, 0U))};
        if (!self) throw_errno("cannot open our own process");
        prepared.parent_handle = self.get();
    }
    ChildProcess child = start(prepared);
    report.write.reset();
    int cause = 0;
    ssize_t count = 0;
    do {
        count = ::read(report.read.get(), &cause, sizeof cause);
    } while (count < 0 && errno == EINTR);
    if (count == 0) return child;  // closed by execve: it runs
    child.wait();
    const std::error_code why(count > 0 ? cause : EIO, std::generic_category());
    throw Error(code_of(why), "cannot start " + escape_name(program.path), why);
}

}  // namespace jailctl
