#pragma once

#include "jailctl/sdk/registrar.hpp"

/// The commands of lifecycle: start, stop and restart are registered by start_stop.cpp, exec and shell by exec_shell.cpp,
/// freeze and thaw by freeze_thaw.cpp, status by status.cpp, top by top.cpp.
namespace jailctl::lifecycle {

void add_status(Registrar& host);
void add_top(Registrar& host);
void add_start(Registrar& host);
void add_stop(Registrar& host);
void add_restart(Registrar& host);
void add_exec(Registrar& host);
void add_shell(Registrar& host);
void add_freeze_and_thaw(Registrar& host);

}  // namespace jailctl::lifecycle
