#pragma once

#include <chrono>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl::backup {

/// A running jail made ready to be read: the handlers of backup-quiesce, then BACKUP_QUIESCE
/// inside the jail. end(), or the destructor, runs BACKUP_RESUME inside it and drops the handlers' leases.
class Quiesced {
public:
    /// @throws Error failed, timeout: a handler or the command says no; what had been made ready is resumed
    Quiesced(Invocation& invocation, const Jail& jail, int id);
    Quiesced(const Quiesced&) = delete;
    Quiesced& operator=(const Quiesced&) = delete;
    ~Quiesced();
    /// Once; a BACKUP_RESUME that fails is named as an omission: the backup is none the worse for it.
    void end();

private:
    void resume();
    void run(std::string_view variable);
    Invocation& invocation_;
    const Jail& jail_;
    Leases leases_;
    bool ended_ = false;
};

/// BACKUP_QUIESCE, BACKUP_RESUME, BACKUP_QUIESCE_TIMEOUT.
void declare_quiesce_variables(Registrar& host);

}  // namespace jailctl::backup
