#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace jailctl::lifecycle {

/// A signal by name or number: "TERM", "SIGTERM", "RTMIN+4", "15". @throws Error invalid
[[nodiscard]] int parse_signal(std::string_view text);

/// How the init with that name wants to be told to power off (linux-conventions B.1). @param name  of its executable
[[nodiscard]] int signal_of_init(std::string_view name);

/// Whether it runs a program named init: sysvinit, with or without OpenRC on top.
[[nodiscard]] bool is_sysvinit(pid_t init);

/// What /proc/PID/status of an init says about its signals.
struct SignalMasks {
    std::uint64_t caught = 0, blocked = 0;
    /// The init of a pid namespace never sees a signal it neither catches nor blocks: waiting for it would be vain.
    [[nodiscard]] bool heeds(int signal) const noexcept {
        return ((caught | blocked) >> (signal - 1) & 1U) != 0;
    }
};
[[nodiscard]] SignalMasks parse_signal_masks(std::string_view status);

/// The signal to send to this init, 0 if it would not heed any. @param setting  STOP_SIGNAL, may be empty
[[nodiscard]] int choose_stop_signal(pid_t init, const std::string& setting);

}  // namespace jailctl::lifecycle
