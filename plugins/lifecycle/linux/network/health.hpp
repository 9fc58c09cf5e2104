#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::lifecycle {

/// What is wrong with the network of a jail that runs, a sentence each: its link or the interface it was joined to is
/// gone, it is no port of its bridge any more, its guard is gone, the host has one of its addresses or does not forward
/// for it any more. Asks the kernel, not the network.
/// @param record  what join() noted @throws Error io
[[nodiscard]] std::vector<std::string> network_problems(const JailName& jail, const Value& record);

}  // namespace jailctl::lifecycle
