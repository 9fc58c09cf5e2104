#pragma once

#include <string>

namespace jailctl::core {

/// Looks at the ELF file behind `fd` before the dynamic loader may see it: a truncated object kills the process with
/// SIGBUS, one for another machine is reported as "No such file", and a second sanitizer runtime aborts. Checked are
/// class, byte order, machine, type, that every segment lies inside the file, no sanitizer runtime the host does not
/// have, no RPATH or RUNPATH (security.md 8).
/// @throws Error invalid, unsupported, io; the text does not name the file
void require_loadable_elf(int fd);

}  // namespace jailctl::core
