#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// Names what a restore or an extraction left out, the first twenty of it, as omissions.
/// @param skipped  of the tree helper: [{"path", "why"}]
void report_skipped(Invocation& invocation, const Value& skipped);

}  // namespace jailctl::backup
