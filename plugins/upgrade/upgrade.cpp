#include "upgrade.hpp"

#include <sys/stat.h>

#include "health.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/supervision.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "restart.hpp"
#include "steps.hpp"

namespace jailctl::upgrade {

namespace {

/// Found only when the copy is started, the message would name the copy.
void require_startable(const Jail& jail) {
    in_context("jail " + jail.name.text() + " could not be started once it is upgraded",
               [&] { require_mount_points(Rootfs::open(jail.root), jail.root); });
}

/// The exchange puts a copy in the place of the old system: what is mounted in that would be lost from sight with it.
void require_unmounted(const Jail& jail) {
    in_context("jail " + jail.name.text() + " cannot be upgraded", [&] { require_nothing_mounted(jail.root); });
}

/// @return the id of the running jail, 0 if it is down
int require_stopped(Invocation& in, const Jail& jail, const UpgradeArgs& args) {
    const auto running = in.services().get<JailRuntime>().find(in.configuration(), jail.name);
    if (running && !args.restart)
        throw Error(Errc::busy, "jail " + jail.name.text() + " is running")
            .with_hint("stop it with 'jailctl stop " + jail.name.text() + "', or say --restart");
    if (running && is_supervised(in.configuration(), jail.name, running->id))
        throw Error(Errc::busy,
                    "jail " + jail.name.text() + " is supervised, so upgrade cannot stop it: it would be started again")
            .with_hint("'systemctl stop jailctl@" + jail.name.text() + "' first, and 'systemctl start' afterwards");
    require_root_unused(in, jail, jail.root);
    return running ? running->id : 0;
}

void perform(Invocation& in, const Jail& jail, const BaseChoice& base) {
    Storage& storage = storage_of(in, jail);
    const std::uint64_t system = require_space(in, jail, base, storage);
    Operation operation(in, jail, "upgrade", JournalPlace::lasting);
    Upgrade upgrade{in, operation, jail, base, storage, system, {}};
    copy_system(upgrade);
    install_base(upgrade);
    merge_base(upgrade);
    check_health(upgrade);
    exchange(upgrade);
    operation.commit();
}

ino_t inode_of(const Jail& jail) {
    struct stat status{};
    if (::fstat(Rootfs::open(jail.root).fd(), &status) != 0) throw_errno("cannot look at " + jail.root.string());
    return status.st_ino;
}

/// @param id  of the running jail, 0 if it is down; changes if it is restarted
void work_on(Invocation& in, const Jail& jail, const BaseChoice& base, int& id) {
    in.console().info("Upgrading jail " + jail.name.text() + "...");
    const ino_t old_system = inode_of(jail);
    const auto upgrade = [&] {
        try {
            perform(in, jail, base);
        } catch (Error& error) {
            // Looked at rather than assumed: the undoing may have failed as well.
            const bool in_place = inode_of(jail) == old_system;
            error.add_context("jail " + jail.name.text() + " was not upgraded" +
                              (in_place ? ", its old system is in place" : ""));
            throw;
        }
    };
    if (id != 0)
        while_stopped(in, jail, id, upgrade);
    else
        upgrade();
}

}  // namespace

Outcome upgrade_jail(Invocation& in, const Jail& jail, const UpgradeArgs& args) {
    require_created(jail);
    require_unmounted(jail);
    // Neither the copy, which has the flag as well, nor the old system could be renamed: found after all the work.
    require_unlocked(jail, "no upgraded system could take its place");
    require_startable(jail);
    const BaseChoice base = choose_base(in, jail);
    base.installer->check(in, base.what);
    int id = require_stopped(in, jail, args);
    with_events<BeforeUpgrade, AfterUpgrade>(in, jail, id, [&] {
        work_on(in, jail, base, id);
        if (!in.options().dry_run) in.console().data("base", base.text);
    });
    return Outcome::done();
}

}  // namespace jailctl::upgrade
