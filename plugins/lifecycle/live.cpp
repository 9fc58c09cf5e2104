#include "live.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "settings.hpp"

namespace jailctl::lifecycle {

void wait_or_end(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + time;
    for (;;) {
        Interrupt::check();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0) return;
        pollfd signal{Interrupt::fd(), POLLIN, 0};
        (void)::poll(&signal, 1, static_cast<int>(left.count()));  // EINTR: the loop looks again
    }
}

std::chrono::seconds interval_of(const std::string& option, const std::string& text) {
    try {
        const std::chrono::seconds interval(parse_seconds(text));
        if (interval.count() > 0) return interval;
    } catch (const Error& error) {
        throw Error(Errc::usage, option + ": " + error.what());
    }
    throw Error(Errc::usage, option + ": a second is the least");
}

bool on_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace jailctl::lifecycle
