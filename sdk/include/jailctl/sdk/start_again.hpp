#pragma once

#include <functional>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

/// Runs `start` for a jail that ran before and was stopped for the command. An Error that leaves it says that the jail
/// is down now, where it is, and no more that nothing was attempted. @throws what `start` throws
JAILCTL_SDK_EXPORT void start_again(Invocation& invocation, const Jail& jail, const std::function<void()>& start);

}  // namespace jailctl
