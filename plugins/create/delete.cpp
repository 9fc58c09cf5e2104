#include "delete.hpp"

#include <chrono>

#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "storage_dir.hpp"
#include "undoers.hpp"

namespace jailctl::create {

namespace {

bool nothing_stands(const Jail& jail) {
    const RootState state = root_state(jail.root);
    return state == RootState::absent || state == RootState::empty;
}

void require_directory(const Jail& jail) {
    if (root_state(jail.root) != RootState::not_a_directory) return;
    throw Error(Errc::invalid, jail.root.string() + " is no directory, so it is no jail to delete")
        .with_hint("look at what it is, and remove it by hand");
}

void require_stopped(Invocation& in, const Jail& jail) {
    const std::string& name = jail.name.text();
    if (in.services().get<JailRuntime>().find(in.configuration(), jail.name)) {
        throw Error(Errc::busy, "jail " + name + " is running").with_hint("stop it with 'jailctl stop " + name + "'");
    }
}

void require_unprotected(const Jail& jail) {
    const SettingValue& protect = jail.settings["PROTECT"];
    if (protect.text.empty() || !parse_yes_no(protect.text)) return;
    throw Error(Errc::denied, "jail " + jail.name.text() + " is protected by PROTECT at " + protect.origin.text())
        .with_hint("set PROTECT=no for this jail first");
}

void require_unmounted(const Jail& jail) {
    in_context("jail " + jail.name.text() + " cannot be deleted", [&] { require_nothing_mounted(jail.root); });
}

void confirm(Invocation& in, const Jail& jail, const DeleteArgs& args) {
    if (args.yes || in.options().batch) return;
    const bool can_ask = in.console().can_ask();
    if (in.options().dry_run)  // which needs no consent
        return in.console().line(can_ask ? "would ask whether to delete it"
                                         : "would need --yes or --batch, with no terminal to ask on");
    if (!can_ask) {
        throw Error(Errc::usage, "jail " + jail.name.text() + " is not deleted: there is no terminal to ask on")
            .with_hint("--yes or --batch deletes it without a question");
    }
    const std::string question = "Delete jail " + jail.name.text() + " and everything in " + jail.root.string() + "?";
    if (!in.console().confirm(question)) throw Error(Errc::failed, "jail " + jail.name.text() + " was not deleted");
}

/// A backup that left something out does not justify the deletion: the administrator decides,
/// with the names before him.
void back_up_first(Invocation& in, const Jail& jail) {
    if (!in.services().has(JailBackup::id)) throw Error(Errc::unsupported, "no loaded plugin can back up first");
    const Outcome outcome = in.services().get<JailBackup>().back_up(in, jail);
    if (outcome.kind == Outcome::Kind::omissions) {
        throw Error(Errc::failed, "jail " + jail.name.text() + " is not deleted: its backup is not complete")
            .with_hint("look at what was left out; delete without --backup-first if that does not matter");
    }
}

/// What an interrupted command left beside the root without a journal. @return whether there was any
bool remove_litter(Invocation& in, const Jail& jail) {
    bool any = false;
    for (const auto& name : staging_names(jail)) {
        if (!identity_of(jail.root, name)) continue;
        any = true;
        require_unprotected(jail);
        require_root_unused(in, jail, beside(jail, name));
        if (in.options().dry_run) in.console().line("would remove " + beside(jail, name).string());
        else keeper_of(in, jail, jail.root, name).remove(jail.root, name);
    }
    return any;
}

/// What the host undoes or finishes before a command, but not with --dry-run. @return whether there is any
bool tell_interruption(Invocation& in, const Jail& jail) {
    if (!in.options().dry_run) return false;
    const auto left = interruptions(in.configuration());
    const auto found = left.find(jail.name.key());
    if (found == left.end() || !found->second.begun) return false;
    in.console().line("would first undo or finish what was interrupted: " + found->second.sentence);
    return true;
}

/// Nothing stands at the root, which is no failure if something of the jail was there to be removed.
Outcome clean_up(Invocation& in, const Jail& jail) {
    const std::string& name = jail.name.text();
    const auto& recovered = recovered_commands(jail.name);
    const bool interrupted = tell_interruption(in, jail);
    const bool litter = remove_litter(in, jail);
    // A delete that could not write that down.
    const bool known = known_id_range(in.configuration(), jail.name).has_value();
    if (recovered.empty() && !interrupted && !litter && !known) {
        const std::string sentence = "jail " + name + " does not exist: nothing stands in " + jail.root.string();
        if (in.all()) return Outcome::already(sentence);
        throw Error(Errc::not_found, sentence);
    }
    if (in.options().dry_run) return Outcome::done();
    forget_base_record(in.configuration(), jail.name);
    release_ids(in.configuration(), jail.name);
    in.console().info("Jail " + name + " does not exist; what an interrupted " +
                      (recovered.empty() ? "command" : recovered.back()) + " left of it is removed");
    in.console().data("leftovers", true);
    return Outcome::done();
}

/// On a full disk no journal can be written, and this is what makes room. The name of the trash is the journal then:
/// the next create or delete of the jail removes what stands there.
void remove_unjournalled(Invocation& in, const Jail& jail) {
    in.console().verbose("there is no room for a journal: deleting without one");
    Storage& storage = storage_of(in, jail);
    require_root_unused(in, jail, jail.root);
    storage.set_aside(jail.root, staging_name(jail, Staging::trash));
    try {
        storage.remove(jail.root, staging_name(jail, Staging::trash));
        forget_base_record(in.configuration(), jail.name);
        release_ids(in.configuration(), jail.name);
    } catch (const Error& error) {
        in.omission(std::string(error.what()) + "; 'jailctl delete " + jail.name.text() + "' tries again");
    }
}

void remove_journalled(Invocation& in, const Jail& jail) {
    const std::string trash = staging_name(jail, Staging::trash);
    Operation operation(in, jail, "delete", JournalPlace::lasting);
    // Journals are recovered by now: a tree of that name has lost its journal, and was being deleted.
    if (identity_of(jail.root, trash))
        operation.step("remove what an earlier delete left",
                       [&] { storage_of(in, jail).remove(jail.root, trash); });
    operation.step("rename " + jail.root.string() + " aside to " + trash,
                   Undo{"storage.rename_back", tree_arguments(jail, trash)},
                   [&] {
                       // Since the first look somebody was asked, or a backup written.
                       require_root_unused(in, jail, jail.root);
                       storage_of(in, jail).set_aside(jail.root, trash);
                   });
    // In this order, also after a crash: the ids are free only when no file has them.
    operation.after_commit(Undo{"storage.remove", tree_arguments(jail, trash)});
    operation.after_commit(Undo{"base.forget", Value::object()});
    operation.after_commit(Undo{"ids.release", Value::object()});
    if (operation.dry_run())
        in.console().line("would remove " + trash + ", the record of its base and its range of ids");
    operation.commit();
}

void remove(Invocation& in, const Jail& jail) {
    if (!in.options().dry_run) in.console().info("Deleting jail " + jail.name.text() + "...");
    try {
        remove_journalled(in, jail);
    } catch (const Error& error) {
        // Undone by now, so the jail stands: a failure after the commit is no exception.
        if (error.code() != Errc::no_space) throw;
        remove_unjournalled(in, jail);
    }
}

/// People write that file, so it is theirs to remove; a jail created under the name again would
/// have its settings unawares.
void tell_settings_left(Invocation& in, const Jail& jail) {
    const auto file = in.configuration().settings_file(jail.name);
    std::error_code unreadable;
    if (!std::filesystem::exists(file, unreadable)) return;
    in.console().info("Its settings " + std::string(in.options().dry_run ? "would stay in " : "stay in ") +
                      escape_name(file.string()) + ": they are those of the next jail of that name");
    in.console().data("settings_file", file.string());
}

}  // namespace

Outcome delete_jail(Invocation& in, const Jail& jail, const DeleteArgs& args) {
    require_nobody_at_work(in, jail, "cannot be deleted now");
    if (nothing_stands(jail)) {
        require_stopped(in, jail);
        return clean_up(in, jail);
    }
    require_directory(jail);
    require_stopped(in, jail);
    require_root_unused(in, jail, jail.root);
    require_unprotected(jail);
    require_unmounted(jail);
    require_unlocked(jail, "it cannot be removed");
    confirm(in, jail, args);
    // A run that ended without us left its record, network and rules, which nobody would look for without the jail.
    in.services().get<JailRuntime>().stop(in, jail, std::chrono::seconds(0));
    with_events<BeforeDelete, AfterDelete>(in, jail, 0, [&] {
        if (args.backup_first) back_up_first(in, jail);
        remove(in, jail);
    });
    tell_settings_left(in, jail);
    return Outcome::done();
}

}  // namespace jailctl::create
