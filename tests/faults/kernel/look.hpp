#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace jailctl::test {

/// How the kernel shows that a process is confined, in one text that is the same for every process of jails alike:
/// capabilities, filter, ids, limits, descriptors, session, mounts. Seen from the host. Nothing of one that has ended,
/// or ends while it is looked at.
[[nodiscard]] std::optional<std::string> confinement_of(pid_t pid);
/// Lines that are not alike.
[[nodiscard]] std::string difference(const std::string& usual, const std::string& now);

}  // namespace jailctl::test
