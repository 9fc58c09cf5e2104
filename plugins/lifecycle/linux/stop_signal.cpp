#include "stop_signal.hpp"

#include <charconv>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::pair<std::string_view, int> names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL},   {"USR1", SIGUSR1},
    {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"CONT", SIGCONT}, {"WINCH", SIGWINCH}, {"PWR", SIGPWR}};

std::uint64_t mask_after(std::string_view status, std::string_view label) {
    const auto at = status.find(label);
    std::uint64_t mask = 0;
    if (at != std::string_view::npos) {
        const auto text = status.substr(at + label.size());
        std::from_chars(text.data(), text.data() + std::min<std::size_t>(16, text.size()), mask, 16);
    }
    return mask;
}

/// Name of the program a process runs: last component of its /proc/PID/exe.
std::string program_name(pid_t pid) {
    char target[4096];
    const ssize_t length = ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), target, sizeof target);
    if (length <= 0) return {};
    std::string_view path(target, static_cast<std::size_t>(length));
    if (const auto mark = path.rfind(" (deleted)"); mark != std::string_view::npos) path = path.substr(0, mark);
    return std::string(path.substr(path.rfind('/') + 1));
}

SignalMasks masks_of(pid_t pid) {
    const UniqueFd file{::open(("/proc/" + std::to_string(pid) + "/status").c_str(), O_RDONLY | O_CLOEXEC)};
    char text[8192];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    return parse_signal_masks({text, got > 0 ? static_cast<std::size_t>(got) : 0});
}

/// In sigtimedwait(2), which busybox init and jail-init sit in: meanwhile the kernel shows the signals waited for as
/// not blocked, though they are not dropped.
bool waits_for_signals(pid_t pid) {
    const UniqueFd file{::open(("/proc/" + std::to_string(pid) + "/syscall").c_str(), O_RDONLY | O_CLOEXEC)};
    char text[256];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    long call = -1;
    if (got > 0) std::from_chars(text, text + got, call);
    return call == SYS_rt_sigtimedwait;
}

}  // namespace

int parse_signal(std::string_view text) {
    int number = 0;
    const auto numeric = [&number](std::string_view digits) {
        const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
    };
    if (numeric(text) && number >= 1 && number <= SIGRTMAX) return number;
    if (text.starts_with("SIG")) text.remove_prefix(3);
    for (const auto& [name, signal] : names)
        if (text == name) return signal;
    if (text.starts_with("RTMIN+") && numeric(text.substr(6)) && number >= 0 && number <= SIGRTMAX - SIGRTMIN)
        return SIGRTMIN + number;
    throw Error(Errc::invalid, "not a signal: a name such as TERM, USR2 or RTMIN+4, or its number");
}

int signal_of_init(std::string_view name) {
    if (name == "systemd") return SIGRTMIN + 4;
    if (name == "busybox") return SIGUSR2;
    if (name == "runit" || name == "runit-init") return SIGCONT;
    if (name == "init") return SIGPWR;  // sysvinit
    return SIGTERM;                     // jail-init, OpenRC, an application
}

bool is_sysvinit(pid_t init) { return program_name(init) == "init"; }

SignalMasks parse_signal_masks(std::string_view status) {
    return {mask_after(status, "SigCgt:\t"), mask_after(status, "SigBlk:\t")};
}

int choose_stop_signal(pid_t init, const std::string& setting) {
    const SignalMasks masks = masks_of(init);
    int signal = setting.empty() ? signal_of_init(program_name(init)) : parse_signal(setting);
    // A systemd under another name shows itself by the signal it reserves.
    if (setting.empty() && signal == SIGTERM && (masks.blocked >> (SIGRTMIN + 2) & 1U) != 0) signal = SIGRTMIN + 4;
    return masks.heeds(signal) || waits_for_signals(init) ? signal : 0;
}

}  // namespace jailctl::lifecycle
