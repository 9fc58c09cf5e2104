#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"

namespace jailctl::backup {

/// Who makes backups by this configuration, in 16 digits: its host and its STATE_DIR. Other hosts and configurations may keep
/// theirs in the same directory, of jails of the same name: what is unfinished is named after its maker (archive_names.hpp), and
/// each archive says whose it is. Who lost his STATE_DIR is the same one afterwards.
[[nodiscard]] std::string maker_of(const Configuration& configuration);

}  // namespace jailctl::backup
