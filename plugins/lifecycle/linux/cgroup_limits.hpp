#pragma once

#include <string>
#include <vector>

#include "cgroup.hpp"

namespace jailctl::lifecycle {

/// One limit as it is written: which controller, into which file, what.
struct LimitFile {
    std::string controller;   ///< "memory", "cpu", "pids"
    const char* variable;     ///< of jails.conf, for messages
    std::string file, value;
    bool optional = false;    ///< a kernel without swap accounting has no such file
};
[[nodiscard]] std::vector<LimitFile> unified_limits(const ResourceLimits& limits);
[[nodiscard]] std::vector<LimitFile> v1_limits(const ResourceLimits& limits);

/// Writes one limit into the cgroup `directory`. @throws Error unsupported
void write_limit(int directory, const LimitFile& limit);

/// One write(2) into a control file. @return false with errno
bool write_control(int directory, const char* file, const std::string& text) noexcept;

}  // namespace jailctl::lifecycle
