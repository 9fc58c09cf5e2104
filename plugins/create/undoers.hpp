#pragma once

#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "storage_dir.hpp"

namespace jailctl::create {

/// Registers the kinds of undo that roots and their records need; restore and upgrade use them too:
/// storage.remove {root, name}; storage.rename_back {root, name}: undoes set_aside;
/// storage.unpublish {root, name, device, inode}: undoes publish of that directory;
/// storage.exchange {root, name, device, inode}: exchanges back, if the directory that was staged is the root now;
/// storage.parent {path}: removes the directory of roots if it is empty; home.mode {path, mode}; ids.release {};
/// base.forget {}; file.remove {path}. Storage is the provider that STORAGE of the jail names.
void register_undoers(Registrar& host);

/// Arguments for the kinds above.
[[nodiscard]] Value tree_arguments(const Jail& jail, const std::string& name);
[[nodiscard]] Value tree_arguments(const Jail& jail, const std::string& name, const TreeIdentity& identity);

}  // namespace jailctl::create
