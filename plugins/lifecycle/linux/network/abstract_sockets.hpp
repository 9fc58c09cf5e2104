#pragma once

namespace jailctl::lifecycle {

/// Whether this kernel can keep a process from the abstract UNIX sockets of others: Landlock's scopes, Linux 6.12. A
/// jail with a network namespace of its own needs none of it, they belong to that.
[[nodiscard]] bool can_part_abstract_sockets() noexcept;
/// From here on this process and its children connect to abstract UNIX sockets of each other only. Needs CAP_SYS_ADMIN
/// in the user namespace of the caller, so it comes before capabilities are dropped. @throws Error unsupported, io
void part_abstract_sockets();

}  // namespace jailctl::lifecycle
