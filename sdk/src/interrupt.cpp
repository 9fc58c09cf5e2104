#include "jailctl/sdk/interrupt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "jailctl/sdk/error.hpp"
#include "interrupt_internal.hpp"

namespace jailctl {

namespace {

// Plain data only: a signal handler reads it, and it must cost nothing before main.
volatile std::sig_atomic_t noted = 0;
volatile std::sig_atomic_t write_end = -1;
int read_end = -1;
pid_t owner = -1;
int shields = 0;

void note(int signal) {
    const int saved = errno;
    noted = signal;
    const char byte = 1;
    if (write_end >= 0 && ::write(write_end, &byte, 1) < 0) {
        // A full pipe is readable, which is all it has to be.
    }
    errno = saved;
}

/// A forked worker gets a pipe of its own: through the shared one its siblings would wake each other.
void make_pipe_of_this_process() {
    if (owner == ::getpid()) return;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw_errno("cannot make a pipe for signals");
    if (owner >= 0) {
        ::close(read_end);
        ::close(write_end);
    }
    read_end = ends[0];
    write_end = ends[1];
    owner = ::getpid();
    if (noted != 0) note(noted);
}

}  // namespace

void Interrupt::install() {
    make_pipe_of_this_process();
    struct sigaction action {};
    action.sa_handler = note;
    ::sigemptyset(&action.sa_mask);
    // Those that would end us, and that somebody sends: a death by one of them would leave what a command was about.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM}) ::sigaction(signal, &action, nullptr);
}

int Interrupt::pending() noexcept { return noted; }

int Interrupt::fd() noexcept {
    if (owner < 0) return -1;
    try {
        make_pipe_of_this_process();
    } catch (const Error&) {
        return -1;
    }
    return read_end;
}

void Interrupt::check() {
    if (noted == 0 || shields > 0) return;
    throw Error(Errc::interrupted, std::string("interrupted by signal ") + std::to_string(noted) + " (" +
                                       ::strsignal(noted) + ")");
}

void Interrupt::pause(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + time;
    for (;;) {
        check();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0) return;
        pollfd signal{interrupt_poll_fd(), POLLIN, 0};
        (void)::poll(&signal, 1, static_cast<int>(left.count()));  // EINTR: the loop looks again
    }
}

Interrupt::Shield::Shield() noexcept { ++shields; }
Interrupt::Shield::~Shield() { --shields; }

int interrupt_poll_fd() noexcept { return shields > 0 ? -1 : Interrupt::fd(); }

}  // namespace jailctl
