#pragma once

#include <string_view>

namespace jailctl::lifecycle {

/// Refuses to start jails on a kernel that lacks what their isolation stands on (security.md 11): Linux 5.15, user
/// namespaces, seccomp. @throws Error unsupported: the sentence names what is missing
void require_kernel();

/// The part of require_kernel() that looks at a release as uname(2) gives it, "6.1.0-13-amd64".
/// @throws Error unsupported
void require_release(std::string_view release);

}  // namespace jailctl::lifecycle
