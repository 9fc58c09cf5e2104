#pragma once

#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl::create {

/// What `doctor` looks at of storage and of new jails' configuration: staged trees nobody works on, mounts in them,
/// name servers that do not answer.
void register_examination(Registrar& host);

}  // namespace jailctl::create
