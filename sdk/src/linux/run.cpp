// run(): a program watched to its end, its output drained, its process group never left behind by a failure.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "../interrupt_internal.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

using Clock = std::chrono::steady_clock;

/// A child that stops reading its input must not end us.
class IgnoredPipeSignal {
public:
    IgnoredPipeSignal() noexcept {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &ignore, &before_);
    }
    ~IgnoredPipeSignal() { ::sigaction(SIGPIPE, &before_, nullptr); }
    IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
    IgnoredPipeSignal& operator=(const IgnoredPipeSignal&) = delete;

private:
    struct sigaction before_ {};
};

void set_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

class Watch {
public:
    explicit Watch(const Program& program) : program_(program), input_(program.input) {
        Program started = program;
        Pipe output = make_pipe();
        Pipe input;
        if (program.stdin_fd < 0 && !program.input.empty()) {
            input = make_pipe();
            started.stdin_fd = input.read.get();
        }
        if (started.stdout_fd < 0) started.stdout_fd = output.write.get();
        child_ = spawn(started, output.write.get());
        output_ = std::move(output.read);
        stdin_ = std::move(input.write);
        set_nonblocking(output_.get());
        if (stdin_) set_nonblocking(stdin_.get());
        if (program.timeout.count() > 0) deadline_ = Clock::now() + program.timeout;
    }

    ~Watch() {
        if (child_.pid() > 0) terminate();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    ExitStatus to_the_end() {
        if (program_.on_start) program_.on_start(child_.pid());
        while (!ended(interrupt_poll_fd(), remaining())) {
            Interrupt::check();
            if (remaining() == 0) {
                throw Error(Errc::timeout, escape_name(program_.path) + " did not end within " +
                                               human_seconds(static_cast<double>(program_.timeout.count()) / 1000));
            }
        }
        return child_.wait();
    }

private:
    [[nodiscard]] int remaining() const {
        if (deadline_ == Clock::time_point{}) return -1;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        return left > 0 ? static_cast<int>(std::min<long long>(left + 1, 1000000)) : 0;
    }

    /// One wait: feeds, drains, and says whether the process is gone.
    bool ended(int interrupt_fd, int milliseconds) {
        std::array<pollfd, 4> fds = {{{child_.handle(), POLLIN, 0},
                                      {output_.get(), POLLIN, 0},
                                      {stdin_.get(), POLLOUT, 0},
                                      {interrupt_fd, POLLIN, 0}}};
        if (::poll(fds.data(), fds.size(), milliseconds) < 0) {
            if (errno == EINTR) return false;
            throw_errno("cannot wait for " + program_.path);
        }
        if (fds[2].revents != 0) feed();
        const bool gone = fds[0].revents != 0;
        // What it wrote before it ended is in the pipe by now; a grandchild that keeps the pipe open is not waited for.
        if (fds[1].revents != 0 || gone) drain(gone);
        return gone;
    }

    void feed() {
        const ssize_t count = ::write(stdin_.get(), input_.data(), input_.size());
        if (count > 0) input_.remove_prefix(static_cast<std::size_t>(count));
        if (input_.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) stdin_.reset();
    }

    void drain(bool all) {
        std::array<char, 16384> buffer{};
        // Bounded, so that a flood cannot keep us from time limit and signals; a pipe holds no
        // more than the last round.
        for (int round = 0; output_ && round < (all ? 128 : 4); ++round) {
            const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return;
            if (count == 0) {
                output_.reset();
                return;
            }
            if (program_.on_output && !muted_) program_.on_output({buffer.data(), static_cast<std::size_t>(count)});
        }
    }

    /// The stop signal to the process group, KILL to what is left of it after the grace.
    void terminate() noexcept {
        muted_ = true;
        const pid_t group = -child_.pid();  // not reaped yet: the number cannot belong to anybody else
        ::kill(group, program_.stop_signal);
        const auto end = Clock::now() + program_.stop_grace;
        try {
            while (Clock::now() < end && !ended(-1, 50)) {
            }
        } catch (const Error&) {
            // Nothing to wait with: it is killed below.
        }
        ::kill(group, SIGKILL);
    }

    const Program& program_;
    std::string_view input_;
    ChildProcess child_;
    UniqueFd output_, stdin_;
    Clock::time_point deadline_{};
    bool muted_ = false;
    IgnoredPipeSignal no_sigpipe_;
};

}  // namespace

ExitStatus run(const Program& program) {
    Interrupt::check();
    return Watch(program).to_the_end();
}

}  // namespace jailctl
