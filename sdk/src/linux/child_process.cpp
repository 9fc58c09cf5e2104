// A program that runs, owned by its pidfd, and how it ended.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/process.hpp"

namespace jailctl {
namespace {

constexpr std::chrono::seconds kill_limit{5};
constexpr std::chrono::microseconds longest_pause{20'000};

}  // namespace

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this != &other) {
        std::swap(pid_, other.pid_);
        std::swap(handle_, other.handle_);
    }
    return *this;
}

ChildProcess::~ChildProcess() {
    if (pid_ <= 0) return;
    kill(SIGKILL);
    // One that the kernel or a tracer holds is left to the system: nothing may keep us for ever.
    const auto until = std::chrono::steady_clock::now() + kill_limit;
    for (std::chrono::microseconds pause{100};; pause = std::min(pause * 2, longest_pause)) {
        const pid_t ended = ::waitpid(pid_, nullptr, WNOHANG);
        if (ended > 0 || (ended < 0 && errno != EINTR) || std::chrono::steady_clock::now() >= until) return;
        std::this_thread::sleep_for(pause);
    }
}

void ChildProcess::kill(int signal) noexcept {
    if (pid_ <= 0) return;
    if (handle_) {
        ::syscall(SYS_pidfd_send_signal, handle_.get(), signal, nullptr, 0U);
    } else {
        ::kill(pid_, signal);  // not reaped yet, so the number is still its own
    }
}

ExitStatus ChildProcess::wait() {
    if (pid_ <= 0) throw Error(Errc::internal, "a process was waited for twice");
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) throw_errno("cannot wait for process " + std::to_string(pid_));
    }
    pid_ = -1;
    if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

std::string ExitStatus::text() const {
    if (signal == 0) return "exited with status " + std::to_string(code);
    return "was killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::string find_program(std::string_view name) {
    if (name.empty() || name.find('/') != std::string_view::npos) return {};
    for (const char* folder : {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
        const std::string path = folder + std::string(name);
        struct stat status {};
        if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0)
            return path;
    }
    return {};
}

}  // namespace jailctl
