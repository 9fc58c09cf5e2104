#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// One hierarchy where mountinfo says it is.
struct CgroupMount {
    std::string path;                      ///< mount point
    std::vector<std::string> controllers;  ///< of a v1 hierarchy: "memory", "pids", ...; empty for cgroup2
};

/// Where the control groups of this host are mounted, by the kernel's word and not by their paths.
struct JAILCTL_SDK_EXPORT CgroupMounts {
    std::optional<CgroupMount> unified;  ///< cgroup2
    std::vector<CgroupMount> v1;
    /// The v1 hierarchy with `controller`, or null.
    [[nodiscard]] const CgroupMount* v1_with(std::string_view controller) const noexcept;
};

/// From the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).
[[nodiscard]] JAILCTL_SDK_EXPORT CgroupMounts parse_cgroup_mounts(std::string_view mountinfo);
/// Of the calling process when it first asked: a command asks a dozen times. @throws Error io
[[nodiscard]] JAILCTL_SDK_EXPORT const CgroupMounts& cgroup_mounts();

/// Where the whole of cgroup2 is mounted, as it was when first asked; "" if nowhere. Two usual places are looked at
/// before the table of mounts, which takes the kernel a tenth of a whole `status` to write. @throws Error io
[[nodiscard]] JAILCTL_SDK_EXPORT const std::string& unified_path();

/// Directory of the cgroup2 root: where it is mounted, else a mount of our own that is attached nowhere and goes with
/// its last descriptor. @throws Error unsupported: this kernel has no cgroup2
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd open_unified();

}  // namespace jailctl
