#include "boot.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/jail_health.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree_hold.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds stop_grace{10};

/// The jail the backup is of; of one that is in JAILS no more, what the host's settings would make of it.
Jail jail_of(const Configuration& configuration, const std::string& key) {
    const JailName name(key);
    if (const Jail* jail = configuration.find(name)) return *jail;
    return {name, {}, configuration.path("JAIL_HOME") / key, configuration.settings, {}};
}

/// Fixed per jail, so that what a crash left is found; no name of a site's: 16 digits after ours.
Jail scratch_of(const Jail& jail, const fs::path& directory) {
    std::string digits = std::to_string(short_hash(jail.name.key()));
    Jail scratch{JailName("jailctl-boot-" + digits), {}, {}, jail.settings, {}};
    scratch.root = directory / scratch.name.key();
    return scratch;
}

/// Whatever of it there is. Each part may be gone already.
void remove_scratch(Invocation& invocation, const Jail& scratch) {
    recover(invocation, scratch);
    invocation.services().get<JailRuntime>().stop(invocation, scratch, std::chrono::seconds{0});
    storage_of(invocation, scratch).remove(scratch.root, staging_name(scratch, Staging::restore));
    release_ids(invocation.configuration(), scratch.name);
}

void unpack(Invocation& invocation, const Jail& scratch, const fs::path& staging, BackupBackend& backend,
            const std::string& id, std::uint64_t total) {
    const auto progress = invocation.console().progress("restoring " + id, total);
    const Rootfs root = Rootfs::open(staging);
    (void)backend.restore(invocation, id, {root.fd(), id_range(invocation.configuration(), scratch.name), false,
                                           [&](std::uint64_t done) { progress->update(done); }});
    root.open_to_jail_users();  // programs that are not root's are to run in it
}

void boot(Invocation& invocation, Operation& operation, const Jail& scratch, BackupBackend& backend,
          const std::string& id) {
    auto& runtime = invocation.services().get<JailRuntime>();
    Storage& storage = storage_of(invocation, scratch);
    const std::string name = staging_name(scratch, Staging::restore);
    const fs::path staging = beside(scratch, name);
    const std::uint64_t total = backend.restored_size(invocation, id);
    operation.step("check the space beside " + scratch.root.string(), [&] { require_room(storage, scratch, total); });
    operation.step("restore it into " + staging.string(),
                   Undo{"backup.unboot", Value::object().set("directory", scratch.root.parent_path().string())}, [&] {
                       remove_scratch(invocation, scratch);  // one that lost its journal
                       storage.make(scratch.root, name);
                       unpack(invocation, scratch, staging, backend, id, total);
                   });
    operation.step("start it without network and see that it lives", [&] {
        require_healthy(invocation, scratch, runtime.start(invocation, scratch, StartRequest{staging, false}));
    });
    operation.step("stop it", [&] { runtime.stop(invocation, scratch, stop_grace); });
    operation.step("remove it", [&] { remove_scratch(invocation, scratch); });
}

}  // namespace

void prove_boot(Invocation& invocation, BackupBackend& backend, BackupInfo& backup) {
    const auto& configuration = invocation.configuration();
    const Jail jail = jail_of(configuration, backup.jail);
    require_no_mistake(jail);
    const Jail scratch = scratch_of(jail, jail.root.parent_path());
    if (configuration.find(scratch.name) != nullptr)
        throw Error(Errc::config, scratch.name.text() + " in JAILS is the name of jailctl's own scratch jail")
            .with_hint("give that jail another name");
    std::optional<Lock> lock, scratch_lock;  // the second for `doctor`: what is there of the scratch jail is worked on
    if (!invocation.options().dry_run) {
        const auto run_dir = StateDirectory::running(configuration).open("");
        lock = Lock::of_jail(run_dir.get(), jail.name, "verify", invocation.options().wait);
        recover(invocation, jail);
        scratch_lock = Lock::of_jail(run_dir.get(), scratch.name, "verify", invocation.options().wait);
    }
    in_context("booting " + escape_name(backup.id), [&] {
        // The undo of what follows would stop it.
        require_unheld(beside(scratch, staging_name(scratch, Staging::restore)));
        Operation operation(invocation, jail, "verify", JournalPlace::lasting);
        boot(invocation, operation, scratch, backend, backup.id);
        operation.commit();
    });
    if (invocation.options().dry_run) return;
    BackupMark mark = mark_of(configuration, backup);
    mark.booted = backup.booted = unix_now();
    set_mark(configuration, backup, mark);
}

void register_boot_undo(Registrar& host) {
    host.undoer("backup.unboot", [](Invocation& invocation, const Jail& jail, const Value& arguments) {
        const fs::path directory = arguments["directory"].str();
        if (!directory.is_absolute())
            throw Error(Errc::damaged, "a journal names the directory '" + directory.string() + "'");
        remove_scratch(invocation, scratch_of(jail, directory));
    });
}

}  // namespace jailctl::backup
