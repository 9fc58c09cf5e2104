#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"

namespace jailctl::restic {

/// STATE_DIR/restic-repositories.json: the places where a backup of this configuration found or made a repository. One
/// that is not found there any more is away (a disk that is not mounted), and nothing is made in its place.
/// @param location  without a password
[[nodiscard]] bool is_known(const Configuration& configuration, const std::string& location);
void note_known(const Configuration& configuration, const std::string& location);

}  // namespace jailctl::restic
