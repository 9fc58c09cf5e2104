#pragma once

#include <optional>
#include <string>

namespace jailctl::lifecycle {

/// A setting below /proc/sys/net of the current network namespace, trimmed; nothing if the kernel has none of that
/// name. The descriptor is checked to be procfs, so that nothing else mounted there is taken for it (security.md 4).
/// @param name  "ipv4/conf/eth0/forwarding": with slashes, because names of interfaces may hold dots
/// @throws Error io, denied
[[nodiscard]] std::optional<std::string> read_sysctl(const std::string& name);
/// @throws Error not_found, io, denied
void write_sysctl(const std::string& name, const std::string& value);
/// Writes where the kernel has the setting, and says whether it has.
bool write_sysctl_if_there(const std::string& name, const std::string& value);

}  // namespace jailctl::lifecycle
