#include "create.hpp"

#include <optional>

#include "build.hpp"
#include "home.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "password.hpp"
#include "storage_dir.hpp"
#include "undoers.hpp"

namespace jailctl::create {

namespace {

void refuse_existing(const Jail& jail) {
    const std::string& name = jail.name.text();
    switch (root_state(jail.root)) {
        case RootState::absent: return;
        case RootState::empty:
            return in_context("jail " + name + " cannot be made", [&] { require_nothing_mounted(jail.root); });
        case RootState::present:
            throw Error(Errc::exists, "jail " + name + " exists already in " + jail.root.string())
                .with_hint("delete it first with 'jailctl delete " + name + "'");
        case RootState::not_a_directory:
            throw Error(Errc::exists, jail.root.string() + ", where jail " + name + " would be made, is no directory")
                .with_hint("move it away, or change the entry of the jail in jails.conf");
    }
}

// Its root may be gone while its processes still run: a new root under them would be no jail of theirs.
void refuse_running(Invocation& in, const Jail& jail) {
    const std::string& name = jail.name.text();
    if (in.services().get<JailRuntime>().find(in.configuration(), jail.name)) {
        throw Error(Errc::busy, "jail " + name + " is running though nothing stands in " + jail.root.string())
            .with_hint("stop it with 'jailctl stop " + name + "'");
    }
}

void require_space(Invocation& in, const Jail& jail, const BaseChoice& base) {
    const std::uint64_t needed = base.installer->estimate(in, base.what);
    const std::uint64_t free = storage_of(in, jail).free_space(jail.root);
    if (needed <= free) return;
    throw Error(Errc::no_space, "jail " + jail.name.text() + " needs about " + human_bytes(needed) + ", but only " +
                                    human_bytes(free) + " are free for " + jail.root.string())
        .with_hint("make room, or give the jail another directory in JAILS");
}

// Directory, ids and record of a jail to be: what each step makes, its undo takes away.
void stage(Invocation& in, Operation& operation, const Jail& jail) {
    prepare_home(in, operation, jail);
    const bool new_ids = !known_id_range(in.configuration(), jail.name);
    operation.step("allot a range of ids", new_ids ? Undo{"ids.release", Value::object()} : Undo{},
                   [&] { (void)id_range(in.configuration(), jail.name); });
    const std::string name = staging_name(jail, Staging::create);
    if (identity_of(jail.root, staging_name(jail, Staging::trash)))
        operation.step("remove what an earlier delete left",
                       [&] { storage_of(in, jail).remove(jail.root, staging_name(jail, Staging::trash)); });
    operation.step("make the staging directory " + beside(jail, name).string(),
                   Undo{"storage.remove", tree_arguments(jail, name)}, [&] {
                       // Journals are recovered by now: one that still stands has lost its journal.
                       storage_of(in, jail).remove(jail.root, name);
                       storage_of(in, jail).make(jail.root, name);
                   });
}

void publish(Invocation& in, Operation& operation, const Jail& jail) {
    const std::string name = staging_name(jail, Staging::create);
    operation.step("publish it as " + jail.root.string(),
                   operation.dry_run() ? Undo{} : Undo{"storage.unpublish", identified_tree(jail, name)},
                   [&] { storage_of(in, jail).publish(jail.root, name); });
    operation.commit();
}

/// @return the state of the root password; empty: there is no account
std::string make(Invocation& in, const Jail& jail, const BaseChoice& base, const std::string& given_password) {
    if (!in.options().dry_run) in.console().info("Creating jail " + jail.name.text() + "...");
    require_space(in, jail, base);
    Operation operation(in, jail, "create", JournalPlace::lasting);
    stage(in, operation, jail);
    Build build{in, operation, jail, beside(jail, staging_name(jail, Staging::create))};
    install_base(build, base);
    const StagedRootMoment moment{{in, jail, 0}, operation, build.staging};
    const Leases after_base = in.hooks().fire(BaseInstalled{moment});
    copy_addons(build);
    configure(build);
    set_password(build, given_password);
    const Leases after_configuration = in.hooks().fire(Configured{moment});
    const Leases provisioned = in.hooks().fire(Provisioning{moment});
    publish(in, operation, jail);
    return build.password_state;
}

/// Of a jail that was made: nothing of this is true of one that was not.
void report(Invocation& in, const Jail& jail, const BaseChoice& base, const std::string& password_state) {
    auto& console = in.console();
    console.data("root", jail.root.string());
    console.data("base", base.text);
    if (!password_state.empty()) console.data("root_password", password_state);
    if (const auto first = known_id_range(in.configuration(), jail.name)) {
        console.data("id_base", static_cast<std::int64_t>(*first));
    }
}

}  // namespace

Outcome create_jail(Invocation& in, const Jail& jail, const CreateArgs& args) {
    // 'create all' makes those that are missing.
    if (in.all() && root_state(jail.root) == RootState::present) {
        return Outcome::already("jail " + jail.name.text() + " exists already");
    }
    require_nobody_at_work(in, jail, "cannot be created now");  // two of them would make one jail
    refuse_existing(jail);
    refuse_running(in, jail);
    const BaseChoice base = base_of(in, jail);
    base.installer->check(in, base.what);
    const std::string password = args.password_file ? password_from_file(*args.password_file) : "";
    with_events<BeforeCreate, AfterCreate>(in, jail, 0, [&] {
        const std::string password_state = make(in, jail, base, password);
        if (!in.options().dry_run) report(in, jail, base, password_state);
    });
    return Outcome::done();
}

}  // namespace jailctl::create
