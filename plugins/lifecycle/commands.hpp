#pragma once

#include "jailctl/sdk/registrar.hpp"

/// The commands of lifecycle: start, stop and restart are registered by start_stop.cpp, exec and shell by
/// exec_shell.cpp, freeze and thaw by freeze_thaw.cpp, status by status.cpp, top by top.cpp, logs by logs.cpp, set by
/// set.cpp, doctor by doctor.cpp, cp by copy/cp.cpp.
namespace jailctl::lifecycle {

void add_status(Registrar& host);
void add_top(Registrar& host);
void add_logs(Registrar& host);
void add_doctor(Registrar& host);
void add_set(Registrar& host);
void add_cp(Registrar& host);
void add_start(Registrar& host);
void add_stop(Registrar& host);
void add_restart(Registrar& host);
void add_exec(Registrar& host);
void add_shell(Registrar& host);
void add_freeze_and_thaw(Registrar& host);

}  // namespace jailctl::lifecycle
