#pragma once

#include <cstdint>

#include "jail_status.hpp"

namespace jailctl::lifecycle {

/// Bytes that the jail's tree takes on its disk, as `du -x` counts them: holes are nothing, a file of several names
/// counts once, what is mounted below the root is not its. Reads every directory of the tree: a large one that was not
/// read lately takes minutes. -1: there is no root. @throws Error not_found: what the jail runs from is not what stands
/// there; io, denied, interrupted
[[nodiscard]] std::int64_t disk_of(const Configuration& configuration, const JailStatus& status);

}  // namespace jailctl::lifecycle
