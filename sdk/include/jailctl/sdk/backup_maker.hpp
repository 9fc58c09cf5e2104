#pragma once

#include <string>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl {

/// Who makes backups by this configuration, in 16 digits: its host and its STATE_DIR. Other hosts and configurations
/// may keep theirs in the same place, of jails of the same name: each backup says whose it is ("made_by" of its
/// description), and what others made a backend lists as foreign. Who lost his STATE_DIR is the same one afterwards.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string maker_of(const Configuration& configuration);

}  // namespace jailctl
