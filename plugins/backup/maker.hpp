#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/host.hpp"

namespace jailctl::backup {

/// Who makes backups by this configuration, in 16 digits: its host and its STATE_DIR. Other hosts and configurations may keep
/// theirs in the same directory, of jails of the same name: what is unfinished is named after its maker, and each archive
/// says whose it is. Who lost his STATE_DIR is the same one afterwards.
[[nodiscard]] std::string maker_of(const Configuration& configuration);

/// The name of what this configuration has not finished yet of a jail. @param ending  ".partial" or ".scratch"
[[nodiscard]] std::string unfinished_name(const Configuration& configuration, const std::string& jail_key,
                                          std::string_view ending);
/// The key of the jail whose unfinished backup such a name is, of whichever maker (those of older versions name none);
/// "" of another name.
[[nodiscard]] std::string jail_of_unfinished(std::string_view file);

}  // namespace jailctl::backup
