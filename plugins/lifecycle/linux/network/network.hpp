#pragma once

#include <memory>
#include <string>

#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/network.hpp"

namespace jailctl::lifecycle {

/// NETWORK=routed: a veth pair whose jail end is eth0 with the jail's addresses, host routes to them, and proxy
/// neighbours on IF. The caller's network namespace is the host's.
[[nodiscard]] std::unique_ptr<Network> make_routed_network();
/// NETWORK=bridge:NAME: a veth pair whose host's end is a port of an existing bridge, the jail's end eth0.
[[nodiscard]] std::unique_ptr<Network> make_bridged_network();
/// NETWORK=host: the host's own network; the jail is started without a network namespace.
[[nodiscard]] std::unique_ptr<Network> make_host_network();
inline constexpr const char* host_network = "host";
/// NETWORK=none: a network namespace of its own with nothing but the loopback.
[[nodiscard]] std::unique_ptr<Network> make_no_network();

/// Registers "network.leave" {provider, record}: what join() journals, and what a crash leaves to the next command.
void register_network_undoer(Registrar& host);

}  // namespace jailctl::lifecycle
