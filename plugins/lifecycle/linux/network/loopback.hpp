#pragma once

#include "jailctl/sdk/host.hpp"
#include "netlink.hpp"

namespace jailctl::lifecycle {

/// `lo` of the namespace the socket was opened in.
void bring_loopback_up(Netlink& inside);
/// Within the jail's netns: lets every group of the jail's id range ping, which needs no capability then. A jail
/// without a range is left as it is.
void permit_ping(const Configuration& configuration, const JailName& jail);

}  // namespace jailctl::lifecycle
