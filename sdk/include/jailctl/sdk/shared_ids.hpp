#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl {

/// Two jails of this host with the same host ids: given by two configurations before they knew of each other (ADR 16),
/// or by one whose STATE_DIR was away meanwhile.
struct SharedIds {
    std::string jail;              ///< of this configuration, its key
    std::string other, state_dir;  ///< key of the other, and where its configuration has what it gave
};
/// Of the jails of this configuration. Takes no lock. @throws Error damaged, denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<SharedIds> shared_ids(const Configuration& configuration);

}  // namespace jailctl
