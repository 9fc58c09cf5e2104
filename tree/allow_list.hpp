#pragma once

#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// Applies the allow-list of security.md 6 to a tree that stands already, in a directory nobody else can enter: devices
/// and odd attributes are removed.
/// @return "skipped": [{`path`, `why`}] of the first 1000 things left out, "skipped_total"
/// @throws Error invalid: an id outside of the jail's; io
[[nodiscard]] Value apply_allow_list(int root);

}  // namespace jailctl::tree
