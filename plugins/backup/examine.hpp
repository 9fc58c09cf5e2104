#pragma once

#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl::backup {

/// What `doctor` looks at of backups: jails without a recent one, room for the next, temporary archives nobody writes.
void register_examination(Registrar& host);

}  // namespace jailctl::backup
