#include "cgroup_limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "../settings.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::int64_t period = 100000;  // microseconds, the kernel's own default
constexpr std::int64_t bfq_most = 1000;
constexpr std::int64_t usual_weight = 100;  // of a group nobody gave one: CGROUP_WEIGHT_DFL of the kernel

template <class Number>
std::string or_max(const std::optional<Number>& number) {
    return number ? std::to_string(*number) : "max";
}

}  // namespace

ResourceLimits resource_limits(const Settings& settings) {
    ResourceLimits limits;
    if (const auto text = limit_text(settings, "MEMORY"); !text.empty()) limits.memory = parse_memory(text);
    if (const auto text = limit_text(settings, "CPUS"); !text.empty())
        limits.cpu_quota = static_cast<std::int64_t>(std::llround(parse_cpus(text) * static_cast<double>(period)));
    if (const auto text = limit_text(settings, "PIDS"); !text.empty()) limits.pids = parse_pids(text);
    if (const auto text = limit_text(settings, "IO_WEIGHT"); !text.empty()) limits.io_weight = parse_io_weight(text);
    return limits;
}

std::vector<LimitFile> unified_limits(const ResourceLimits& limits, Unwanted unwanted) {
    std::vector<LimitFile> files;
    const bool lift = unwanted == Unwanted::lifted;
    if (limits.memory || lift) {
        files.push_back({"memory", "MEMORY", "memory.max", or_max(limits.memory), false});
        files.push_back({"memory", "MEMORY", "memory.swap.max", limits.memory ? "0" : "max", true});
    }
    if (limits.cpu_quota || lift)
        files.push_back({"cpu", "CPUS", "cpu.max", or_max(limits.cpu_quota) + " " + std::to_string(period), false});
    if (limits.pids || lift) files.push_back({"pids", "PIDS", "pids.max", or_max(limits.pids), false});
    // One file of the kernel's cost model, one of bfq: which is heeded, a device decides.
    if (limits.io_weight || lift) {
        const std::int64_t weight = limits.io_weight.value_or(usual_weight);
        files.push_back({"io", "IO_WEIGHT", "io.weight", "default " + std::to_string(weight), true});
        files.push_back(
            {"io", "IO_WEIGHT", "io.bfq.weight", "default " + std::to_string(std::min(weight, bfq_most)), true});
    }
    return files;
}

std::vector<LimitFile> v1_limits(const ResourceLimits& limits, Unwanted unwanted) {
    std::vector<LimitFile> files;
    const bool lift = unwanted == Unwanted::lifted;
    if (limits.memory || lift) {
        const std::string bytes = limits.memory ? std::to_string(*limits.memory) : "-1";
        files.push_back({"memory", "MEMORY", "memory.limit_in_bytes", bytes, false});
        files.push_back({"memory", "MEMORY", "memory.memsw.limit_in_bytes", bytes, true});
    }
    if (limits.cpu_quota || lift) {
        files.push_back({"cpu", "CPUS", "cpu.cfs_period_us", std::to_string(period), false});
        files.push_back({"cpu", "CPUS", "cpu.cfs_quota_us", std::to_string(limits.cpu_quota.value_or(-1)), false});
    }
    if (limits.pids || lift) files.push_back({"pids", "PIDS", "pids.max", or_max(limits.pids), false});
    if (limits.io_weight || lift) {  // of bfq, the one scheduler with weights that v1 still has: 1 to 1000
        const auto weight = std::min(limits.io_weight.value_or(usual_weight), bfq_most);
        files.push_back({"io", "IO_WEIGHT", "blkio.bfq.weight", std::to_string(weight), false});
    }
    return files;
}

std::string v1_name(const std::string& controller) { return controller == "io" ? "blkio" : controller; }

std::string read_control(int directory, const char* file) {
    const UniqueFd control{::openat(directory, file, O_RDONLY | O_CLOEXEC)};
    char text[4096];
    const ssize_t got = control ? ::read(control.get(), text, sizeof text) : 0;
    return {text, got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool has_controller(int directory, const std::string& controller) {
    const auto words = split_words(read_control(directory, "cgroup.controllers"));
    return std::find(words.begin(), words.end(), controller) != words.end();
}

bool write_control(int directory, const char* file, const std::string& text) noexcept {
    const UniqueFd control{::openat(directory, file, O_WRONLY | O_CLOEXEC)};
    return control && ::write(control.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void write_limit(int directory, const LimitFile& limit) {
    if (write_control(directory, limit.file.c_str(), limit.value)) return;
    if (limit.optional && errno == ENOENT) return;
    throw refused(limit, last_error());
}

Error refused(const LimitFile& limit, std::error_code cause) {
    Error error(Errc::unsupported, std::string(limit.variable) + " cannot be set: writing " + limit.value + " to " +
                limit.file + " of the jail's cgroup", cause);
    if (limit.controller == "io" && cause.value() == ENOENT)
        error.with_hint("no scheduler of the host's block devices goes by weights: bfq does");
    return error;
}

void refuse_room(std::uint64_t used, std::uint64_t limit) {
    throw Error(Errc::busy, "it uses " + human_bytes(used) + " of memory, and a MEMORY of " +
                            human_bytes(limit) + " would kill what runs in it")
        .with_hint("end something in it first, or change jails.d and restart it");
}

void require_room(std::uint64_t used, std::uint64_t limit) {
    if (used > limit) refuse_room(used, limit);
}

/// The files are there whether or not anything goes by them: bfq as the scheduler of a device, or the cost model turned
/// on for one (io.cost.qos of the root).
void require_weights(int root) {
    if (read_control(root, "io.cost.qos").find("enable=1") != std::string::npos) return;
    std::error_code none;
    for (const auto& device : std::filesystem::directory_iterator("/sys/block", none))
        if (read_control(AT_FDCWD, (device.path() / "queue/scheduler").c_str()).find("[bfq]") != std::string::npos)
            return;
    throw Error(Errc::unsupported, "IO_WEIGHT cannot be set: no block device of the host goes by weights")
        .with_hint("give a device the scheduler bfq: echo bfq > /sys/block/DEVICE/queue/scheduler");
}

bool hand_down(int root, int above, const std::string& controller) {
    return write_control(root, "cgroup.subtree_control", "+" + controller) &&
           write_control(above, "cgroup.subtree_control", "+" + controller);
}

void require_handed_down(int root, int above, const LimitFile& limit) {
    if (hand_down(root, above, limit.controller)) return;
    throw Error(Errc::unsupported,
                std::string(limit.variable) + " cannot be set: the cgroup controller '" + limit.controller +
                    "' cannot be handed to jails",
                last_error());
}

}  // namespace jailctl::lifecycle
