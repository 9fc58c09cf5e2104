#pragma once

#include <functional>
#include <sys/types.h>

#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// The namespaces of a jail made by clone3. The cgroup namespace is entered by the child itself (unshare), once it has
/// joined every hierarchy: made by clone3 it would be rooted at our cgroup, not at the jail's.
[[nodiscard]] std::uint64_t jail_namespaces(bool own_network) noexcept;

/// A process made by clone3(2) inside a cgroup. The child runs `body`, which must not return; what we own stays ours.
/// @param flags  CLONE_NEW*  @param cgroup  descriptor of a cgroup2 directory
/// @throws Error unsupported: user namespaces are switched off; busy: no more processes; io
[[nodiscard]] ChildProcess clone_into(std::uint64_t flags, int cgroup, const std::function<void()>& body);

/// Descriptor of /proc/PID of a child of ours that was not reaped. @throws Error io
[[nodiscard]] UniqueFd open_process(pid_t pid);
/// The user or network namespace ("user", "net") of a process. @param process  as above @throws Error io
[[nodiscard]] UniqueFd open_namespace(int process, const char* kind);

}  // namespace jailctl::lifecycle
