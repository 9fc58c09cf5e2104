#include "delete.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "names.hpp"
#include "undoers.hpp"

namespace jailctl::create {

namespace {

bool nothing_stands(const Jail& jail) {
    const RootState state = root_state(jail.root);
    return state == RootState::absent || state == RootState::empty;
}

void require_root(const Jail& jail) {
    const std::string& name = jail.name.text();
    switch (root_state(jail.root)) {
        case RootState::present: return;
        case RootState::absent:
        case RootState::empty:
            throw Error(Errc::not_found, "jail " + name + " does not exist: nothing stands in " + jail.root.string());
        case RootState::not_a_directory:
            throw Error(Errc::invalid, jail.root.string() + " is no directory, so it is no jail to delete")
                .with_hint("look at what it is, and remove it by hand");
    }
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
    const auto mounts = mounts_below(jail.root);
    if (mounts.empty()) return;
    throw Error(Errc::busy, "jail " + jail.name.text() + " has something mounted on " + escape_name(mounts.front()) +
                                (mounts.size() > 1 ? " and " + std::to_string(mounts.size() - 1) + " places more" : ""))
        .with_hint("unmount it first");
}

void confirm(Invocation& in, const Jail& jail, const DeleteArgs& args) {
    if (args.yes || in.options().batch || in.options().dry_run) return;
    if (!in.console().can_ask()) {
        throw Error(Errc::usage, "jail " + jail.name.text() + " is not deleted without being asked for")
            .with_hint("say --yes or --batch");
    }
    const std::string question = "Delete jail " + jail.name.text() + " and everything in " + jail.root.string() + "?";
    if (!in.console().confirm(question)) throw Error(Errc::failed, "jail " + jail.name.text() + " was not deleted");
}

/// A backup that left something out does not justify the deletion: the administrator decides, with the names before him.
void back_up_first(Invocation& in, const Jail& jail) {
    if (!in.services().has(JailBackup::id)) throw Error(Errc::unsupported, "no loaded plugin can back up first");
    const Outcome outcome = in.services().get<JailBackup>().back_up(in, jail);
    if (outcome.kind == Outcome::Kind::omissions) {
        throw Error(Errc::failed, "jail " + jail.name.text() + " is not deleted: its backup is not complete")
            .with_hint("look at what was left out; delete without --backup-first if that does not matter");
    }
}

void remove(Invocation& in, const Jail& jail) {
    in.console().info("Deleting jail " + jail.name.text() + "...");
    const std::string trash = trash_name(jail);
    Operation operation(in, jail, "delete", JournalPlace::lasting);
    // Journals are recovered by now: a tree of that name has lost its journal, and was being deleted.
    operation.step("remove what an earlier delete left",
                   [&] { storage_of(in, jail).remove(jail.root, trash); });
    operation.step("rename " + jail.root.string() + " aside to " + trash,
                   Undo{"storage.rename_back", tree_arguments(jail, trash)},
                   [&] { storage_of(in, jail).set_aside(jail.root, trash); });
    // In this order, also after a crash: the ids are free only when no file has them.
    operation.after_commit(Undo{"storage.remove", tree_arguments(jail, trash)});
    operation.after_commit(Undo{"base.forget", Value::object()});
    operation.after_commit(Undo{"ids.release", Value::object()});
    if (operation.dry_run())
        in.console().line("would remove " + trash + ", the record of its base and its range of ids");
    operation.commit();
}

}  // namespace

Outcome delete_jail(Invocation& in, const Jail& jail, const DeleteArgs& args) {
    if (in.all() && nothing_stands(jail)) return Outcome::already("jail " + jail.name.text() + " does not exist");
    require_root(jail);
    require_stopped(in, jail);
    require_unprotected(jail);
    require_unmounted(jail);
    confirm(in, jail, args);
    if (in.options().dry_run) {
        if (args.backup_first) in.console().line("would back up jail " + jail.name.text());
        remove(in, jail);
        return Outcome::done();
    }
    const Leases before = in.hooks().fire(BeforeDelete{{in, jail, 0}});
    try {
        if (args.backup_first) back_up_first(in, jail);
        remove(in, jail);
    } catch (const Error& error) {
        const Leases after = in.hooks().fire(AfterDelete{{{in, jail, 0}, &error}});
        throw;
    }
    const Leases after = in.hooks().fire(AfterDelete{{{in, jail, 0}, nullptr}});
    return Outcome::done();
}

}  // namespace jailctl::create
