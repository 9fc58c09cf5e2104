#pragma once

#include <cstddef>
#include <vector>

#include "jailctl/sdk/command.hpp"

namespace jailctl::core {

/// Which jails of a list wait for which.
struct Precedence {
    std::vector<std::vector<std::size_t>> before;  ///< indices of the list, for each jail of it; empty: nobody waits
    bool only_if_done = false;  ///< a jail is left alone when one it waits for failed
};

/// What Command::after says of the jails that are worked on; others do not count.
/// @throws Error config: they wait for each other in a circle, which is named
[[nodiscard]] Precedence precedence_of(const Command& command, const Configuration& configuration,
                                       const std::vector<Jail>& jails);

}  // namespace jailctl::core
