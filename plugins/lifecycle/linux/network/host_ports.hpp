#pragma once

#include <vector>

#include "forward.hpp"
#include "jailctl/sdk/inspection.hpp"

namespace jailctl::lifecycle {

/// What other jails, of whatever configuration, and programs of the host have. A program counts if it listens on all
/// addresses or on the first of the uplink. @throws Error exists: names the port and who has it
void require_free_ports(const Configuration& configuration, Netlink& netlink, const Jail& jail, const Link& uplink);

/// Asks the rules that are there: those of another configuration's jails nothing else tells of, and a jail of ours may
/// run with another FORWARD than it has now. @throws Error exists: names the port, the jail and its RUN_DIR
void require_not_forwarded(const Configuration& configuration, const Jail& jail,
                           const std::vector<PortForward>& forwards);

/// For `config check`: which of its ports another jail of the configuration has as well.
void inspect_forward(Inspection& inspection);

}  // namespace jailctl::lifecycle
