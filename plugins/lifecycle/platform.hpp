#pragma once

#include <cstdint>
#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"

/// What each platform folder offers to the rest of lifecycle.
namespace jailctl::lifecycle {

/// Provides JailRuntime and the Network services, declares NETWORK and registers undoers.
void register_platform(Registrar& host);

/// Whether `text` names a signal of this system. @throws Error invalid
void check_signal(const std::string& text);

/// What `status --wide` shows of a running jail beyond its record; -1: not known here.
struct JailUsage {
    std::int64_t tasks = -1;         ///< processes and threads
    std::int64_t memory = -1;        ///< bytes
    double cpu_seconds = -1;
    std::int64_t io_bytes = -1;      ///< read from and written to block devices
};
/// Cheap: a few small files. Never throws.
[[nodiscard]] JailUsage usage_of(const Configuration& configuration, const JailName& jail) noexcept;

}  // namespace jailctl::lifecycle
