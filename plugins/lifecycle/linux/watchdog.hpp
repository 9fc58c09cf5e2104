#pragma once

#include <chrono>
#include <sys/types.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// A process that writes `text` to a control file when this process dies, kill -9 included, or `limit` passes. It holds
/// nothing of ours but that file and a pipe, no lock above all, and is in a session of its own.
class Watchdog {
public:
    /// @param file  a control file, open for writing; borrowed during the call
    /// @param text  lives as long as the program
    /// @throws Error failed: no process can be made
    Watchdog(int file, const char* text, std::chrono::milliseconds limit);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    /// Not dismissed, it writes now.
    ~Watchdog();
    /// Sends it home. @return whether it had not written yet
    bool dismiss() noexcept;

private:
    bool wait() noexcept;
    pid_t pid_ = -1;
    UniqueFd leash_;
};

}  // namespace jailctl::lifecycle
