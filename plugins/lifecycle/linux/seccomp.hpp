#pragma once

#include "confinement.hpp"

namespace jailctl::lifecycle {

/// Loads the system call filter of security.md 4 into the calling process; it holds for everything that process runs.
/// The program is computed when we are compiled. @throws Error unsupported, io
void confine_system_calls(Confinement confinement);

}  // namespace jailctl::lifecycle
