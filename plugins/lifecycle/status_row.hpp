#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jail_status.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"
#include "live.hpp"

/// A jail as a line of `status`.
namespace jailctl::lifecycle {

/// What --wide adds for a jail that runs.
struct Usage {
    JailUsage usage;
    std::int64_t uptime = 0;  ///< seconds
    std::vector<std::string> network{};  ///< what is wrong with it
};

/// What is known of a jail beside how it stands, as much as the form asks for.
struct More {
    std::optional<Usage> usage;
    std::optional<BackupInfo> last_backup;
    std::int64_t disk = -1;  ///< bytes; -1: not asked for, or no root
};

struct StatusRow {
    /// Mark, name and addresses as the original has them; then id, uptime, tasks, memory, processor time, disk and last
    /// backup, empty where not known.
    std::vector<std::string> cells;
    std::vector<std::string> remarks;  ///< what is wrong with the jail, each to be shown on a line of its own below
};

[[nodiscard]] bool runs(const JailStatus& status);
[[nodiscard]] StatusRow row_of(const JailStatus& status, const More& more);
/// The lines of each row, what several of them have in the same place below each other; no newline at the end.
[[nodiscard]] std::vector<std::string> table_of(const std::vector<StatusRow>& rows);

}  // namespace jailctl::lifecycle
