#pragma once

#include <filesystem>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"

namespace jailctl::create {

/// True for a name that a directory of jails may hold: a jail of the configuration, the addons, what jailctl stages, an
/// archive.
[[nodiscard]] bool belongs_in_home(const Configuration& configuration, const std::filesystem::path& home,
                                   const std::string& name);

/// Makes the directory above a jail's root fit to hold one, as a step with its undo: made 0700 if it is missing; closed
/// to other users if it is JAIL_HOME and holds nothing but jails and what belongs to them (security.md 2.7). Every
/// other directory stays as it is. @throws Error denied: it cannot hold a jail as it is; the hint says what to type
void prepare_home(Invocation& in, Operation& operation, const Jail& jail);

/// The undo "home.mode" {path, mode}: the mode as it was.
void restore_home_mode(const Value& arguments);

}  // namespace jailctl::create
