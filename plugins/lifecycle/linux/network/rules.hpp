#pragma once

#include <string>

namespace jailctl::lifecycle {

/// @throws Error unsupported: no libnftables.so.1 on this host
void require_rules();

/// Runs a script in the language of nft(8) as one transaction in the current network namespace: all of it or nothing.
/// libnftables is opened with the first script and not with the plugin, because most commands touch no rule and it
/// brings five more libraries along.
/// @param what  completes "cannot ...", for the message
/// @throws Error unsupported: no libnftables.so.1 on this host; io: what the kernel or the library answered
void run_rules(const std::string& script, const std::string& what);

}  // namespace jailctl::lifecycle
