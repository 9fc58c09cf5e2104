#pragma once

#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "storage_dir.hpp"

namespace jailctl::create {

/// Registers the kinds of undo that roots and their records need; restore and upgrade use them too: those of
/// jailctl/sdk/services/storage.hpp, and storage.parent {path}: removes the directory of roots if it is empty;
/// home.mode {path, mode}; ids.release {}; base.forget {}; file.remove {path}.
void register_undoers(Registrar& host);

}  // namespace jailctl::create
