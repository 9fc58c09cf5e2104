#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/staged_target.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::create {

/// SHA-256 of each file below etc of a root as the base brought it, by path: upgrade tells by them what the site
/// changed.
[[nodiscard]] Value etc_digests(StagedTarget& target);

/// Writes STATE_DIR/bases/<key>.json. @throws Error io, no_space
void write_base_record(const Configuration& configuration, const JailName& jail, const std::string& base,
                       Value digests);

}  // namespace jailctl::create
