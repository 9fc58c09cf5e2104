#include "console/asker.hpp"

#include <cerrno>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::core {
namespace {

/// Turns echo off while it lives. Signals only make a descriptor readable (Interrupt), so the destructor always runs.
class NoEcho {
public:
    NoEcho() {
        active_ = ::tcgetattr(0, &saved_) == 0;
        if (!active_) return;
        termios quiet = saved_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        quiet.c_lflag |= ECHONL;
        ::tcsetattr(0, TCSAFLUSH, &quiet);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho() {
        if (active_) ::tcsetattr(0, TCSAFLUSH, &saved_);
    }

private:
    termios saved_{};
    bool active_ = false;
};

std::string read_line() {
    std::string line;
    for (;;) {
        pollfd set[2] = {{0, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        if (::poll(set, 2, -1) < 0 && errno != EINTR) throw_errno("cannot wait for an answer");
        Interrupt::check();
        if ((set[0].revents & (POLLIN | POLLHUP)) == 0) continue;
        char c = 0;
        const auto n = ::read(0, &c, 1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) throw Error(Errc::usage, "no answer: the input ended");
        if (c == '\n') return line;
        line.push_back(c);
        if (line.size() > 4096) throw Error(Errc::invalid, "the answer is too long");
    }
}

}  // namespace

bool TerminalAsker::can_ask() const { return !batch_ && ::isatty(0) == 1 && ::isatty(2) == 1; }

std::string TerminalAsker::ask(std::string_view prompt, bool secret) {
    if (!can_ask()) throw Error(Errc::usage, "cannot ask: there is no terminal, or --batch was given");
    // Echo goes first: what is typed between the prompt and its end would be shown, and lost to TCSAFLUSH.
    std::optional<NoEcho> quiet;
    if (secret) quiet.emplace();
    write_all(2, prompt, "the terminal");
    try {
        return read_line();
    } catch (const Error&) {  // Ctrl-C, Ctrl-D: what is said next begins a line of its own
        write_all(2, "\n", "the terminal");
        throw;
    }
}

}  // namespace jailctl::core
