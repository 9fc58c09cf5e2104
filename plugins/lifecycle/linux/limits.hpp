#pragma once

#include <sys/types.h>

namespace jailctl::lifecycle {

/// Gives a process (0: the caller) the resource limits a kernel gives its first process, whatever our caller had. Set
/// from the host's user namespace: only there may a hard limit be raised. Where even that is not allowed (a caller
/// without CAP_SYS_RESOURCE) the hard limit it had stays. @throws Error io
void reset_limits(pid_t pid);

/// What else is inherited from the caller and must not reach a jail: signal mask and dispositions, umask, niceness.
void reset_inheritance() noexcept;

}  // namespace jailctl::lifecycle
