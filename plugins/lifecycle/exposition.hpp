#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jail_status.hpp"

namespace jailctl::lifecycle {

/// What is known of one jail at one moment.
struct JailSample {
    JailStatus status;
    std::string_view state;  ///< as status --json names it
    JailUsage usage;         ///< of a jail that runs
    std::int64_t last_backup = -1;  ///< when it was taken, in Unix time; -1: none is known
    std::int64_t disk = -1;         ///< bytes of its tree; -1: not asked for
};

/// Samples in the text format of Prometheus (exposition format 0.0.4), one family after the other, newline at the end.
/// Seconds and bytes; what a kernel does not tell is left out.
[[nodiscard]] std::string exposition(const std::vector<JailSample>& samples);

}  // namespace jailctl::lifecycle
