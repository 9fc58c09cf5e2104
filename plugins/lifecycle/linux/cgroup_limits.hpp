#pragma once

#include <string>
#include <vector>

#include "cgroup.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

/// One limit as it is written: which controller, into which file, what.
struct LimitFile {
    std::string controller;   ///< as cgroup2 calls it: "memory", "cpu", "pids", "io"
    const char* variable;     ///< of jails.conf, for messages
    std::string file, value;
    /// A kernel without swap accounting, or without one of the ways to weigh, has no such file.
    bool optional = false;
};
/// What becomes of a limit that is not wanted.
enum class Unwanted { left_out, lifted };
[[nodiscard]] std::vector<LimitFile> unified_limits(const ResourceLimits& limits, Unwanted unwanted);
[[nodiscard]] std::vector<LimitFile> v1_limits(const ResourceLimits& limits, Unwanted unwanted);
/// The name of a controller in the v1 hierarchies.
[[nodiscard]] std::string v1_name(const std::string& controller);
/// Whether the cgroup2 `directory` has `controller`, for itself or to hand down.
[[nodiscard]] bool has_controller(int directory, const std::string& controller);
/// What a control file says; empty if it cannot be read.
[[nodiscard]] std::string read_control(int directory, const char* file);

/// The directory of all jails' control groups, in each hierarchy.
constexpr const char* jails_cgroup = "jailctl";
/// Gives a controller to the groups below `above`, which is below `root`. @return false with errno
bool hand_down(int root, int above, const std::string& controller);
/// Gives the controller of a limit to the groups below `above`, which is below `root`. @throws Error unsupported
void require_handed_down(int root, int above, const LimitFile& limit);

/// IO_WEIGHT of cgroup2 is only set where some device heeds it. @throws Error unsupported
void require_weights(int root);

/// Writes one limit into the cgroup `directory`. @throws Error unsupported
void write_limit(int directory, const LimitFile& limit);
/// What write_limit() throws where the kernel says no.
[[nodiscard]] Error refused(const LimitFile& limit, std::error_code cause);
/// MEMORY is below what the jail uses. @throws Error busy, always
[[noreturn]] void refuse_room(std::uint64_t used, std::uint64_t limit);
/// @throws Error busy: as above, if it is so
void require_room(std::uint64_t used, std::uint64_t limit);

/// One write(2) into a control file. @return false with errno
bool write_control(int directory, const char* file, const std::string& text) noexcept;

}  // namespace jailctl::lifecycle
