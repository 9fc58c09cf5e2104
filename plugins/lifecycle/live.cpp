#include "live.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "settings.hpp"

namespace jailctl::lifecycle {

std::chrono::seconds interval_of(const std::string& option, const std::string& text) {
    try {
        const std::chrono::seconds interval(parse_seconds(text));
        if (interval.count() > 0) return interval;
    } catch (const Error& error) {
        throw Error(Errc::usage, option + ": " + error.what());
    }
    throw Error(Errc::usage, option + ": a second is the least");
}

void until_interrupted(const std::function<void()>& show) {
    try {
        show();
    } catch (const Error& error) {
        if (error.code() != Errc::interrupted || Interrupt::pending() != SIGINT) throw;
        if (on_terminal()) std::fputc('\n', stderr);  // the terminal shows ^C, and the shell goes on in that line
    }
}

bool on_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace jailctl::lifecycle
