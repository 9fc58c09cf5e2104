#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/staged_target.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::create {

/// A root as the base brought it: "digests", the SHA-256 of each file below etc by path, and "stamps", size and time of
/// each file. Upgrade tells by them what the site changed, and what of the old base nobody needs any more.
[[nodiscard]] Value base_facts(StagedTarget& target);

/// Writes STATE_DIR/bases/<key>.json. @throws Error io, no_space
void write_base_record(const Configuration& configuration, const JailName& jail, const std::string& base,
                       const Value& facts);

}  // namespace jailctl::create
