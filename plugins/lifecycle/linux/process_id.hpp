#pragma once

#include <cstdint>
#include <string_view>
#include <sys/types.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// A process as recorded: a pid counts only with the time it started (field 22 of /proc/PID/stat, clock ticks).
struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start = 0;
};

/// What /proc/PID/stat says; pid 0 if there is no such process, or if it has ended and waits for its parent.
[[nodiscard]] ProcessId look_at_process(pid_t pid);
/// The part that parses. @param stat  content of /proc/PID/stat
[[nodiscard]] ProcessId parse_stat(std::string_view stat);
[[nodiscard]] inline bool lives(const ProcessId& process) {
    const ProcessId now = look_at_process(process.pid);
    return now.pid != 0 && now.start == process.start;
}
/// Sends a signal by handle; a process that has ended is no error. (glibc 2.36 declares its wrapper without C linkage.)
void signal_handle(int handle, int signal) noexcept;
/// A handle of the process, checked after opening to be that process; -1 if it is gone.
[[nodiscard]] UniqueFd open_handle(const ProcessId& process);

}  // namespace jailctl::lifecycle
