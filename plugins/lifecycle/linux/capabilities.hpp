#pragma once

#include "confinement.hpp"

namespace jailctl::lifecycle {

/// Keeps of the capabilities only those of the table in security.md 4, by column: drops the rest from the
/// bounding set, empties inheritable and ambient. Called inside the jail's user namespace, after everything that needs
/// more. @throws Error io
void confine_capabilities(Confinement confinement);

}  // namespace jailctl::lifecycle
