#include "process_id.hpp"

#include <charconv>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace jailctl::lifecycle {

ProcessId parse_stat(std::string_view stat) {
    ProcessId process;
    std::from_chars(stat.data(), stat.data() + stat.size(), process.pid);
    // The name in parentheses is the process's own word and may hold anything: fields count from the last ')'.
    const auto name_end = stat.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 >= stat.size()) return {};
    std::string_view rest = stat.substr(name_end + 2);
    if (rest.front() == 'Z' || rest.front() == 'X') return {};
    for (int field = 3; field < 22; ++field) {
        const auto blank = rest.find(' ');
        if (blank == std::string_view::npos) return {};
        rest.remove_prefix(blank + 1);
    }
    std::from_chars(rest.data(), rest.data() + rest.size(), process.start);
    return process;
}

ProcessId look_at_process(pid_t pid) {
    if (pid <= 0) return {};
    const UniqueFd file{::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return {};
    char text[1024];
    const ssize_t got = ::read(file.get(), text, sizeof text);
    return got > 0 ? parse_stat({text, static_cast<std::size_t>(got)}) : ProcessId{};
}

void signal_handle(int handle, int signal) noexcept { ::syscall(SYS_pidfd_send_signal, handle, signal, nullptr, 0); }

UniqueFd open_handle(const ProcessId& process) {
    if (process.pid <= 0) return {};
    UniqueFd handle{static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0))};
    return handle && lives(process) ? std::move(handle) : UniqueFd{};
}

}  // namespace jailctl::lifecycle
