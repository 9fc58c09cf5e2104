#include "live.hpp"

#include <unistd.h>

#include "jailctl/sdk/error.hpp"
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

bool on_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace jailctl::lifecycle
