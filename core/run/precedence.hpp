#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"

namespace jailctl::core {

/// Which jails of a list wait for which.
struct Precedence {
    std::vector<std::vector<std::size_t>> before;  ///< indices of the list, for each jail of it; empty: nobody waits
    bool only_if_done = false;  ///< a jail is left alone when one it waits for failed
    std::string circle = {};    ///< "a waits for b waits for a", if one was opened
};

/// What Command::after says of the jails that are worked on; others do not count. Where only the order depends on it,
/// no jail is kept from being worked on by a circle: it is opened, and named.
/// @throws Error config: they wait for each other in a circle, which is named, and one must be done with for the next
[[nodiscard]] Precedence precedence_of(const Command& command, const Configuration& configuration,
                                       const std::vector<Jail>& jails);

}  // namespace jailctl::core
