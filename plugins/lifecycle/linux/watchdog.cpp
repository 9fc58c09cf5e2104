#include "watchdog.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr int dismissed = 0, acted = 1;
constexpr char farewell = 'x';

/// Keeps the two descriptors and closes every other one: a lock that came along would outlive its owner.
void close_all_but(int first, int second) {
    const auto low = static_cast<unsigned>(std::min(first, second)),
               high = static_cast<unsigned>(std::max(first, second));
    if (low > 0) ::close_range(0, low - 1, 0);
    if (high > low + 1) ::close_range(low + 1, high - 1, 0);
    ::close_range(high + 1, ~0U, 0);
}

/// After a fork of a program with threads: nothing here but system calls.
[[noreturn]] void watch(int leash, int file, const char* text, int limit_ms) {
    ::setsid();
    close_all_but(leash, file);
    pollfd waiting{leash, POLLIN, 0};
    timespec before{}, now{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    for (int left = limit_ms; left > 0;) {
        if (::poll(&waiting, 1, left) >= 0 || errno != EINTR) break;
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        left = limit_ms -
               static_cast<int>((now.tv_sec - before.tv_sec) * 1000 + (now.tv_nsec - before.tv_nsec) / 1000000);
    }
    char byte = 0;
    if ((waiting.revents & POLLIN) != 0 && ::read(leash, &byte, 1) == 1 && byte == farewell) ::_exit(dismissed);
    (void)!::write(file, text, std::strlen(text));
    ::_exit(acted);
}

}  // namespace

Watchdog::Watchdog(int file, const char* text, std::chrono::milliseconds limit) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe for the watchdog");
    const UniqueFd leash(ends[0]);
    leash_.reset(ends[1]);
    // Whatever signal is meant for jailctl and its group must not end the one that makes up for its end.
    sigset_t all, old;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &old);
    pid_ = ::_Fork();
    if (pid_ == 0) watch(leash.get(), file, text, static_cast<int>(limit.count()));
    const int cause = errno;
    // A kill -9 of our whole group (timeout(1) does that) may come before it has run at all, and would take it along.
    // Once it is in a session of its own this fails, and need not succeed.
    if (pid_ > 0) (void)::setpgid(pid_, pid_);
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    errno = cause;
    if (pid_ < 0) throw_errno("cannot start the watchdog");
}

bool Watchdog::wait() noexcept {
    leash_.reset();
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == dismissed;
}

bool Watchdog::dismiss() noexcept {
    if (pid_ < 0) return false;
    (void)!::write(leash_.get(), &farewell, 1);
    return wait();
}

Watchdog::~Watchdog() {
    if (pid_ >= 0) (void)wait();
}

}  // namespace jailctl::lifecycle
