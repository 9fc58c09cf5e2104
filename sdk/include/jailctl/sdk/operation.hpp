#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Data that undoes one step: which registered undoer (Registrar::undoer) and its arguments. Data rather than code, so
/// that the same record serves an error now and, from the journal, the command that follows a kill -9.
struct Undo {
    std::string kind;   ///< "tree.remove", "link.delete", ...
    Value arguments;
    [[nodiscard]] bool none() const noexcept { return kind.empty(); }
};

enum class JournalPlace {
    lasting,  ///< STATE_DIR, synced: create, delete, restore, upgrade, backup
    running,  ///< RUN_DIR, not synced: start, stop
};

/// The steps of one change to one jail. Each step writes its undo to the journal before it acts. Destroyed without
/// commit() (an error, an interruption) it undoes the steps taken, newest first. After commit() it runs the steps given
/// with after_commit, which a crash leaves to the next command. With --dry-run it prints the steps and does none.
///
/// Operations of one jail may nest (an upgrade starts the jail). An undo that fails ends the undoing: older steps may
/// be unsafe to undo before it (no tree is removed while a mount in it stands); the journal stays for the next command.
///
/// For kill tests: with JAILCTL_FAULT="kill:N" in the environment the process sends itself SIGKILL at the N-th journal
/// point it comes to (before a step is journalled, before and after its action, before and after the commit, after each
/// undone or finished step, here and in recover). It acts only if the configuration file lies below a directory whose
/// name begins with "jailctl-test".
class JAILCTL_SDK_EXPORT Operation {
public:
    Operation(Invocation& invocation, const Jail& jail, std::string command, JournalPlace place);
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation();

    /// Checks for an interruption, journals `undo`, runs `action`. An Error leaving `action` gets the step's name.
    /// @param what  as shown by --dry-run and --verbose: "make the staging directory /data/.jailctl-x"
    void step(std::string_view what, Undo undo, const std::function<void()>& action);
    /// A step with nothing to undo.
    void step(std::string_view what, const std::function<void()>& action) { step(what, Undo{}, action); }
    /// Work that completes the change once it is committed, as data for the undoers (e.g. remove the old tree):
    /// journalled with the commit, run by it, repeated by the next command if we die before its end.
    void after_commit(Undo finish);
    /// Declares the change done: from here on nothing is undone. A failing after_commit step is
    /// an omission, not an undo.
    void commit();
    [[nodiscard]] bool dry_run() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace jailctl
