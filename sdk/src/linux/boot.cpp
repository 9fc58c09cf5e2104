#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl {

namespace {

/// Files of /proc have no size to go by and come in one read.
std::string read_proc(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> buffer{};
    const ssize_t count = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

}  // namespace

StateDirectory StateDirectory::of_host() { return {"/run/jailctl", false}; }

StateDirectory StateDirectory::lasting_of_host() { return {"/var/lib/jailctl", true}; }

std::string boot_id() {
    std::string text = read_proc("/proc/sys/kernel/random/boot_id");
    if (text.empty()) throw Error(Errc::io, "cannot read /proc/sys/kernel/random/boot_id");
    if (text.back() == '\n') text.pop_back();
    return text;
}

std::optional<std::uint64_t> process_start_time(pid_t pid) {
    const std::string text = read_proc("/proc/" + std::to_string(pid) + "/stat");
    // The second field, the program's name, is its own choice: fields are counted behind its last parenthesis.
    const auto name_end = text.rfind(") ");
    if (name_end == std::string::npos || text[name_end + 2] == 'Z' || text[name_end + 2] == 'X') return std::nullopt;
    std::size_t at = name_end + 2;
    for (int field = 3; field < 22; ++field) {
        at = text.find(' ', at);
        if (at == std::string::npos) return std::nullopt;
        ++at;
    }
    std::uint64_t start = 0;
    const auto result = std::from_chars(text.data() + at, text.data() + text.size(), start);
    return result.ec == std::errc{} ? std::optional(start) : std::nullopt;
}

}  // namespace jailctl
