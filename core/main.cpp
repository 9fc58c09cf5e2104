#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "application.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "log.hpp"

namespace {

/// A caller may have closed them: then the first file we open would become stdout.
void open_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            ::_exit(1);
}

/// The soft limit, where we may: what we start inherits it.
void set_limit(int resource, rlim_t value) {
    rlimit now{};
    if (::getrlimit(resource, &now) != 0) return;
    const rlimit wanted{value, std::max(value, now.rlim_max)}, possible{std::min(value, now.rlim_max), now.rlim_max};
    if (::setrlimit(resource, &wanted) != 0) (void)::setrlimit(resource, &possible);
}

/// Trees are walked with a hundred directories open. Each thread of a program takes as much as its stack may grow, and
/// the tree helper has 512 MiB for all it does.
void set_usual_limits() {
    constexpr rlim_t descriptors = 1024, stack = rlim_t{8} << 20;
    rlimit now{};
    if (::getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur < descriptors) set_limit(RLIMIT_NOFILE, descriptors);
    set_limit(RLIMIT_STACK, stack);
}

/// Nothing that steers us is inherited: mask, dispositions, umask (security.md 1).
void forget_the_caller() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGCHLD, SIG_DFL);  // ignored, it would lose the status of every child
    ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write, not a death in the middle of a change
    ::umask(022);
}

[[noreturn]] void end_by(int signal) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    ::_exit(128 + signal);
}

}  // namespace

int main(int argc, char** argv) {
    open_standard_descriptors();
    forget_the_caller();
    set_usual_limits();
    jailctl::core::install_stderr_logger();
    try {
        jailctl::Interrupt::install();
    } catch (const jailctl::Error& error) {
        std::fprintf(stderr, "jailctl: %s\n", error.what());
        return 1;
    }
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto ending = jailctl::core::run(arguments);
    if (ending.unread) end_by(SIGPIPE);
    if (ending.signal != 0) end_by(ending.signal);
    return ending.status;
}
