#pragma once

#include <string>

#include "moment.hpp"

namespace jailctl::scripts {

/// Runs one script of `moment.variable` on the host, by the rules of security.md 9, its output shown line by line.
/// @throws Error denied, not_found: the file is missing, not root's, not executable or lies in a jail's root;
/// failed: it ended badly; timeout: HOOK_TIMEOUT passed and everything it started was killed; interrupted
void run_script(const Moment& moment, const std::string& path);

}  // namespace jailctl::scripts
