#pragma once

#include "jailctl/sdk/command.hpp"

namespace jailctl::create {

struct DeleteArgs {
    bool yes = false;
    bool backup_first = false;
};

/// Deletes a stopped jail: its directory is renamed aside, so that the name is free, and removed before this returns.
Outcome delete_jail(Invocation& in, const Jail& jail, const DeleteArgs& args);

}  // namespace jailctl::create
