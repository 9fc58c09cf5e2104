#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// How a process ended: `code` of exit(2), or `signal` (then code is 128+signal, as a shell reports it).
struct ExitStatus {
    int code = 0;
    int signal = 0;
    [[nodiscard]] bool ok() const noexcept { return code == 0 && signal == 0; }
    /// "exited with status 3", "was killed by signal 9 (Killed)".
    [[nodiscard]] JAILCTL_SDK_EXPORT std::string text() const;
};

/// A program to run on the host: by absolute path, without a shell, with a clean environment and no descriptor but the
/// ones named here (security.md 5, 9). Signal mask and dispositions are reset, umask is 022, cwd is "/".
struct Program {
    std::string path;                       ///< absolute
    std::vector<std::string> arguments;     ///< argv[1...]
    std::vector<std::string> environment;   ///< "NAME=value"; PATH is added
    std::string input;                      ///< written to its stdin, then closed
    int stdin_fd = -1;                      ///< instead of `input`: this descriptor becomes 0
    int stdout_fd = -1;                     ///< instead of `on_output` for 1
    std::vector<std::pair<int, int>> descriptors;  ///< further ones: {ours, its number, from 3 up}
    /// What it writes on 1 and 2 (2 only, with stdout_fd); may be empty: drained away.
    std::function<void(std::string_view chunk)> on_output;
    int group_fd = -1;                      ///< Linux: a cgroup2 directory it is born in, where the kernel lets it
    std::function<void(int pid)> on_start;  ///< called in the parent once it runs
    /// 0: none; then `stop_signal` to its process group, KILL after `stop_grace`
    std::chrono::milliseconds timeout{0};
    int stop_signal = SIGTERM;              ///< what asks it to end; some programs tidy up on SIGINT alone
    std::chrono::milliseconds stop_grace{2000};
    bool dies_with_us = false;              ///< Linux: it gets `stop_signal` when we are killed
    /// Linux: it is the first process of a pid namespace, with a /proc of its own: whatever it starts is killed with
    /// it, and all of them when we are, by whatever signal. For programs that start others and do not end them.
    bool enclosed = false;
    /// Linux: detached mounts (mounts.hpp) attached at these paths, in this order, in a mount namespace of its own.
    std::vector<std::pair<int, std::string>> mounts{};
    bool read_only_host = false;            ///< with `mounts`: everything but them is read-only to it
    std::string directory = "/";            ///< its working directory, entered once the mounts are attached
};

/// Runs `program` to its end, draining its output all the while. Its process group is killed if this throws.
/// @throws Error io: cannot start; timeout; interrupted
JAILCTL_SDK_EXPORT ExitStatus run(const Program& program);

/// A child owned by descriptor (pidfd on Linux); killed and reaped on destruction if still there.
class JAILCTL_SDK_EXPORT ChildProcess {
public:
    ChildProcess() noexcept = default;
    ChildProcess(pid_t pid, UniqueFd handle) noexcept : pid_(pid), handle_(std::move(handle)) {}
    ChildProcess(ChildProcess&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)),
          handle_(std::move(other.handle_)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] int handle() const noexcept { return handle_.get(); }
    void kill(int signal) noexcept;
    /// @throws Error io
    ExitStatus wait();
    /// Gives it up: neither killed nor reaped by us any more.
    pid_t release() noexcept { return std::exchange(pid_, -1); }

private:
    pid_t pid_ = -1;
    UniqueFd handle_;
};

/// Starts `program` without waiting: stdin_fd, stdout_fd and descriptors are used; stderr goes to `stderr_fd`.
[[nodiscard]] JAILCTL_SDK_EXPORT ChildProcess spawn(const Program& program, int stderr_fd);

/// When a process started, in the kernel's own count: with the pid and boot_id() it names one process for good.
/// Nothing if there is no such process (a zombie counts as gone).
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<std::uint64_t> process_start_time(pid_t pid);

/// Path of the program `name` in the first of the fixed directories (/usr/local/sbin to /bin, never PATH) that has it;
/// "" if none, or if `name` holds a slash.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string find_program(std::string_view name);

}  // namespace jailctl
