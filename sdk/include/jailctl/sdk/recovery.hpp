#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/operation.hpp"

/// What interrupted commands left. recover() refuses (busy) to touch the journal of a process that lives: under the
/// jail's lock it can only be one with another RUN_DIR.
namespace jailctl {

/// The undo of a step that made something of jailctl's own that no command stumbles over: a temporary archive, the copy
/// an upgrade works on. Such an undo may wait: if it fails, that is named, the other steps are undone all the same, the
/// journal keeps it for the next command, and this one goes on. Every other undo that fails blocks the jail's commands.
/// Not for what later steps of the undoing rely on: ids are released only when no file has them.
[[nodiscard]] JAILCTL_SDK_EXPORT Undo litter(std::string kind, Value arguments);
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_litter(const Undo& undo) noexcept;

/// True while a process that lives is in the middle of a change to `jail`: it has a journal in that place. What a dead
/// one left does not count, nor does a journal that cannot be read: status and the next command name those.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_being_changed(const Configuration& configuration, const JailName& jail,
                                                       JournalPlace place);

/// Finishes or undoes what an earlier command for `jail` left in its journals. Called under the jail's lock by the host
/// before every command that changes the jail; `status` only looks (interrupted_commands).
/// @throws Error if an undo step fails: the journal stays
JAILCTL_SDK_EXPORT void recover(Invocation& invocation, const Jail& jail);
/// The commands whose traces recover() undid or finished for `jail` in this process: {"create"}.
[[nodiscard]] JAILCTL_SDK_EXPORT const std::vector<std::string>& recovered_commands(const JailName& jail);
/// Whether it ran an undo of that kind for `jail`.
[[nodiscard]] JAILCTL_SDK_EXPORT bool has_undone(const JailName& jail, std::string_view kind);

/// What an interrupted command left of a jail.
struct Interruption {
    std::string sentence, hint;
    bool readable = true;  ///< false: the journal cannot be read, and recover() fails
    bool begun = true;     ///< false: nothing but the journal itself is left, and status need not tell
    std::int64_t pid = 0;  ///< of the command; 0: it is not known
    JournalPlace place = JournalPlace::lasting;  ///< of its journal
};
/// Of any jail, listed in JAILS or not, by its key. A journal whose writer lives is none, nor is that of a scratch jail
/// which a command on another one had started: what undoes that command ends it.
[[nodiscard]] JAILCTL_SDK_EXPORT std::map<std::string, Interruption, std::less<>> interruptions(
    const Configuration& configuration);

/// Their sentences, e.g. "create by pid 4121 was interrupted", of what has begun, by the jail's key.
[[nodiscard]] JAILCTL_SDK_EXPORT std::map<std::string, std::string, std::less<>> interrupted_commands(
    const Configuration& configuration);

}  // namespace jailctl
