#include "cgroup_limits.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "../settings.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::int64_t period = 100000;  // microseconds, the kernel's own default

}  // namespace

ResourceLimits resource_limits(const Settings& settings) {
    ResourceLimits limits;
    if (const auto text = limit_text(settings, "MEMORY"); !text.empty()) limits.memory = parse_memory(text);
    if (const auto text = limit_text(settings, "CPUS"); !text.empty())
        limits.cpu_quota = static_cast<std::int64_t>(std::llround(parse_cpus(text) * static_cast<double>(period)));
    if (const auto text = limit_text(settings, "PIDS"); !text.empty()) limits.pids = parse_pids(text);
    return limits;
}

std::vector<LimitFile> unified_limits(const ResourceLimits& limits) {
    std::vector<LimitFile> files;
    if (limits.memory) {
        files.push_back({"memory", "MEMORY", "memory.max", std::to_string(*limits.memory), false});
        files.push_back({"memory", "MEMORY", "memory.swap.max", "0", true});
    }
    if (limits.cpu_quota)
        files.push_back({"cpu", "CPUS", "cpu.max", std::to_string(*limits.cpu_quota) + " " + std::to_string(period), false});
    if (limits.pids) files.push_back({"pids", "PIDS", "pids.max", std::to_string(*limits.pids), false});
    return files;
}

std::vector<LimitFile> v1_limits(const ResourceLimits& limits) {
    std::vector<LimitFile> files;
    if (limits.memory) {
        files.push_back({"memory", "MEMORY", "memory.limit_in_bytes", std::to_string(*limits.memory), false});
        files.push_back({"memory", "MEMORY", "memory.memsw.limit_in_bytes", std::to_string(*limits.memory), true});
    }
    if (limits.cpu_quota) {
        files.push_back({"cpu", "CPUS", "cpu.cfs_period_us", std::to_string(period), false});
        files.push_back({"cpu", "CPUS", "cpu.cfs_quota_us", std::to_string(*limits.cpu_quota), false});
    }
    if (limits.pids) files.push_back({"pids", "PIDS", "pids.max", std::to_string(*limits.pids), false});
    return files;
}

bool write_control(int directory, const char* file, const std::string& text) noexcept {
    const UniqueFd control{::openat(directory, file, O_WRONLY | O_CLOEXEC)};
    return control && ::write(control.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void write_limit(int directory, const LimitFile& limit) {
    if (write_control(directory, limit.file.c_str(), limit.value)) return;
    if (limit.optional && errno == ENOENT) return;
    throw Error(Errc::unsupported, std::string(limit.variable) + " cannot be set: writing " + limit.value + " to " +
                limit.file + " of the jail's cgroup", last_error());
}

}  // namespace jailctl::lifecycle
