#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace jailctl::lifecycle {

/// Says that there is no way back from a namespace of the jail, and ends us as a kill would: the next command undoes
/// what was begun. To go on would be to work on the jail's side.
[[noreturn]] inline void end_astray(const char* kind) noexcept {
    std::fprintf(stderr, "jailctl: cannot return from the jail's %s namespace: %s; ends at once\n", kind,
                 std::strerror(errno));
    std::abort();
}

}  // namespace jailctl::lifecycle
