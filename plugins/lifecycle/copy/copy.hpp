#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "place.hpp"

namespace jailctl::lifecycle {

/// Copies a file, or a directory with all below it, of the host into a jail: files that stand there are replaced, links
/// too; directories are filled. What is made belongs to the jail's root.
/// @param keep_owners  it gets the numbers of its owners on the host instead
/// @throws Error not_found, exists, invalid, io
void copy_in(Invocation& invocation, const CopyPlace& from, const CopyPlace& to, bool keep_owners);

/// What was copied, as text and as data.
void tell_copied(Invocation& invocation, const std::string& from, const std::string& to, const Value& done);

/// Copies out of a jail. A file replaces a file; a directory is made and must not be there yet. Devices, set-id bits
/// and what else could harm the host are left out and named (security.md 6). @throws Error as above
void copy_out(Invocation& invocation, const CopyPlace& from, const CopyPlace& to);

/// Registers "cp.temporary" {path, tree}: removes what a copy_in() that was killed left beside its target.
void register_cp_undo(Registrar& host);

}  // namespace jailctl::lifecycle
