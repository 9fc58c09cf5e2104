#pragma once

#include "jailctl/sdk/registrar.hpp"

/// The commands of lifecycle, each registered by the file of its name.
namespace jailctl::lifecycle {

void add_status(Registrar& host);
void add_start(Registrar& host);
void add_stop(Registrar& host);
void add_restart(Registrar& host);
void add_exec(Registrar& host);
void add_shell(Registrar& host);
void add_freeze_and_thaw(Registrar& host);

}  // namespace jailctl::lifecycle
