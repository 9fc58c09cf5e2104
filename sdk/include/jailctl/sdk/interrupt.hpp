#pragma once

#include <chrono>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// A signal ends a command like an error: undo, then main ends the process by that signal (security.md 10).
/// install() puts handlers for INT, TERM, HUP, USR1, USR2 and ALRM; they only note the signal and make `fd()` readable.
class JAILCTL_SDK_EXPORT Interrupt {
public:
    static void install();
    /// The signal that was noted, 0 if none.
    [[nodiscard]] static int pending() noexcept;
    /// Readable once a signal came; for poll(2) beside whatever is waited for.
    [[nodiscard]] static int fd() noexcept;
    /// @throws Error interrupted: if a signal is pending and undo has not begun
    static void check();
    /// Waits, but not through a signal. @throws Error interrupted
    static void pause(std::chrono::milliseconds time);
    /// While one lives, check() is silent and Process does not cut its waits short: the undo itself runs to its end.
    class JAILCTL_SDK_EXPORT Shield {
    public:
        Shield() noexcept;
        ~Shield();
        Shield(const Shield&) = delete;
        Shield& operator=(const Shield&) = delete;
    };
};

}  // namespace jailctl
