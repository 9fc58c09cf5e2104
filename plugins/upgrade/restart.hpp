#pragma once

#include <functional>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::upgrade {

/// Stops the jail, does `work`, and starts the jail again whether the work went well or not, with the events of stop
/// and start around both. @param id  of the running jail; of the one that runs afterwards, 0 if it could not be
/// started. An Error of the work is thrown after the jail runs again.
void while_stopped(Invocation& in, const Jail& jail, int& id, const std::function<void()>& work);

}  // namespace jailctl::upgrade
