#pragma once

#include "jailctl/sdk/inspection.hpp"

/// Whether the directories that jails stand in are closed to others: a start refuses those that are not.
namespace jailctl::core {

/// Of JAIL_HOME: the jails in it.
void inspect_home(Inspection& inspection);
/// Of JAILS: the jails in a directory of their own, and all where nobody wrote JAIL_HOME.
void inspect_entry(Inspection& inspection);

}  // namespace jailctl::core
