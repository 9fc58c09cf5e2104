#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "cgroup.hpp"
#include "cgroup_limits.hpp"
#include "jailctl/sdk/error.hpp"

/// What Cgroup::change() would refuse, as far as it shows without writing.
namespace jailctl::lifecycle {
namespace {

std::uint64_t number_after(const std::string& text, const std::string& name) {
    const auto at = text.starts_with(name) ? 0 : text.find("\n" + name);
    if (at == std::string::npos) return 0;
    const char* begin = text.data() + at + name.size() + (at == 0 ? 0 : 1);
    std::uint64_t number = 0;
    std::from_chars(begin, text.data() + text.size(), number);
    return number;
}

/// Memory that the kernel cannot take back for certain: pages of processes ("anon", in v1 "rss")
/// and of what lies in a tmpfs.
std::uint64_t memory_kept(int directory) {
    const std::string parts = read_control(directory, "memory.stat");
    return std::max(number_after(parts, "anon "), number_after(parts, "rss ")) + number_after(parts, "shmem ");
}

}  // namespace

void Cgroup::rehearse(const ResourceLimits& limits, const std::vector<std::string>& variables) {
    if (!look_up()) throw Error(Errc::not_found, "the jail's cgroup is gone");
    const auto wanted = [&](const LimitFile& one) {
        return std::ranges::find(variables, one.variable) != variables.end();
    };
    const auto look = [&](int directory, const LimitFile& limit) {
        if (limit.controller == "memory" && limits.memory) require_room(memory_kept(directory), *limits.memory);
        if (::faccessat(directory, limit.file.c_str(), W_OK, 0) != 0 && !(limit.optional && errno == ENOENT))
            throw refused(limit, last_error());
    };
    for (const auto& limit : unified_limits(limits, Unwanted::lifted)) {
        if (!wanted(limit) || !has_controller(root_.get(), limit.controller)) continue;
        if (limit.controller == "io" && limits.io_weight) require_weights(root_.get());
        look(directory_.get(), limit);
    }
    for (const auto& limit : v1_limits(limits, Unwanted::lifted))
        if (wanted(limit) && !has_controller(root_.get(), limit.controller)) look(open_joined(limit).get(), limit);
}

}  // namespace jailctl::lifecycle
