#include <filesystem>
#include <memory>
#include <optional>

#include "choice.hpp"
#include "commands.hpp"
#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_identity.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "place.hpp"
#include "whose.hpp"

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace jailctl::backup {
namespace {

struct RestoreArguments {
    bool trust = false;
    std::string as;  ///< name of the jail to make; empty: that of the jail whose backup is wanted, as it is
};

/// One restore: what was typed, resolved.
struct Wanted {
    const Jail& named;          ///< whose backup was asked for
    const Jail& made;           ///< the same one, unless --as names another
    bool new_identity = false;  ///< --as
    bool trust = false;
};

void require_absent(Invocation& invocation, const Jail& jail) {
    const auto& name = jail.name.text();
    const auto state = root_state(jail.root);
    const bool running =
        invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name).has_value();
    if (state == RootState::not_a_directory)
        throw Error(Errc::exists, jail.root.string() + ", where jail " + name + " would be restored, is no directory")
            .with_hint("look at what it is, and move it away");
    if (running && state != RootState::present)
        throw Error(Errc::busy, "jail " + name + " is running though nothing stands in " + jail.root.string())
            .with_hint("stop it with 'jailctl stop " + name + "'");
    if (state != RootState::present) return;
    throw Error(Errc::exists, "jail " + name + " exists; a restore never writes over a jail")
        .with_hint("delete it first ('jailctl delete " + name + "'), or restore under another name (--as NEW)");
}

Value unpack(Invocation& invocation, const Jail& jail, const fs::path& staging, BackupBackend& backend,
             const std::string& id, bool trust, std::uint64_t total) {
    const auto progress = invocation.console().progress("restoring " + jail.name.text(), total);
    const Rootfs root = Rootfs::open(staging);
    const RestoreTarget target{root.fd(), id_range(invocation.configuration(), jail.name), trust,
                               [&](std::uint64_t done) { progress->update(done); }};
    Value unpacked = backend.restore(invocation, id, target);
    sync_file_system(root.fd(), staging.string());
    return unpacked;
}

/// What the archive carries of the base's record: only of an archive this host made is it more than a claim.
void keep_base_record(Invocation& invocation, const Jail& jail, const Value& unpacked) {
    const Value& base = unpacked["marker"]["description"]["base"];
    if (unpacked["vouched"].truth() && base.is_object())
        write_base_record(invocation.configuration(), jail.name, base);
}

/// Hostname, addresses in files and ssh host keys of another jail: what is asked for by nothing but the name of a file.
void tell_of_another(Invocation& invocation, const std::string& id, const JailName& within, const Wanted& wanted) {
    const std::string made = wanted.made.name.text();
    const std::string sentence = escape_name(id) + " is a backup of jail " + within.text() + ", not of " +
                                 wanted.named.name.text();
    if (wanted.new_identity && wanted.made.name == wanted.named.name) return;  // somebody else's is what was asked for
    if (wanted.new_identity) return invocation.console().warn(sentence);
    invocation.console().warn(sentence + ": the hostname and the ssh host keys within are those of " + within.text() +
                              "; for an identity of its own delete it ('jailctl delete " + made +
                              "') and type 'jailctl restore " + made + " " + shell_word(id) + " --as " + made + "'");
}

Outcome report(Invocation& invocation, const std::string& id, const Value& unpacked,
               const std::optional<JailName>& within) {
    invocation.console().data("restored", Value::object()
                                              .set("from", id)
                                              .set("backup_of", within ? Value(within->text()) : Value{})
                                              .set("entries", unpacked["entries"])
                                              .set("bytes", unpacked["bytes"])
                                              .set("vouched", unpacked["vouched"])
                                              .set("skipped", unpacked["skipped"]));
    invocation.console().info(
        id + ": " + count_entries(unpacked["entries"].num()) + ", " +
        human_bytes(static_cast<std::uint64_t>(unpacked["bytes"].num())) +
        (unpacked["vouched"].truth() ? "" : ", unverified: this host has no record of making it"));
    for (const auto& sentence : skipped_of(unpacked)) invocation.omission(sentence);
    if (unpacked["skipped"].items().empty()) return Outcome::done();
    return Outcome::with_omissions("what is named above was left out of a foreign archive; --trust restores it all");
}

/// Directory and ids of the jail to be.
void stage(Invocation& invocation, Operation& operation, const Jail& jail, Storage& storage, std::uint64_t total) {
    const std::string staging = staging_name(jail, Staging::restore);
    const bool had_ids = known_id_range(invocation.configuration(), jail.name).has_value();
    operation.step("check the space beside " + jail.root.string(), [&] { require_room(storage, jail, total); });
    operation.step("allot ids", had_ids ? Undo{} : Undo{"ids.release", Value::object()},
                   [&] { (void)id_range(invocation.configuration(), jail.name); });
    operation.step("make the staging directory " + beside(jail, staging).string(),
                   Undo{"storage.remove", tree_arguments(jail, staging)}, [&] { storage.make(jail.root, staging); });
}

/// For --as. @return false: the ssh host keys were removed, and could not be made anew
bool renew_identity(Invocation& invocation, const Wanted& wanted, const std::optional<JailName>& within,
                    const fs::path& staging) {
    const Jail was = identity_within(invocation.configuration(), within, wanted.named);
    const bool keys = invocation.services().get<JailIdentity>().renew(invocation, was, wanted.made, staging);
    sync_file_system(Rootfs::open(staging).fd(), staging.string());
    return keys;
}

void tell_of_missing_keys(Invocation& invocation, const std::string& name) {
    invocation.omission("the ssh host keys were removed and could not be made anew: once jail " + name +
                        " runs, type 'jailctl exec " + name + " -- ssh-keygen -A'");
}

Outcome restore_from(Invocation& invocation, const Wanted& wanted, BackupBackend& backend, const std::string& id) {
    const Jail& jail = wanted.made;
    Storage& storage = storage_of(invocation, jail);
    const std::string staging = staging_name(jail, Staging::restore);
    const fs::path staging_path = beside(jail, staging);
    const std::uint64_t total = in_context(escape_name(id), [&] { return backend.restored_size(invocation, id); });
    Operation operation(invocation, jail, "restore", JournalPlace::lasting);
    Value unpacked;
    std::optional<JailName> within;
    stage(invocation, operation, jail, storage, total);
    operation.step("unpack " + id + " into it", [&] {
        unpacked = in_context(escape_name(id),
                              [&] { return unpack(invocation, jail, staging_path, backend, id, wanted.trust, total); });
        within = jail_within(invocation.configuration(), id, unpacked);
    });
    bool keys = true;
    if (wanted.new_identity)
        operation.step("give it an identity of its own",
                       [&] { keys = renew_identity(invocation, wanted, within, staging_path); });
    const Undo unpublish = operation.dry_run() ? Undo{} : Undo{"storage.unpublish", identified_tree(jail, staging)};
    operation.step("record its base", Undo{"base.forget", Value::object()},
                   [&] { keep_base_record(invocation, jail, unpacked); });
    operation.step("publish it as " + jail.root.string(), unpublish, [&] { storage.publish(jail.root, staging); });
    operation.commit();
    if (operation.dry_run()) return Outcome::done();
    if (!keys) tell_of_missing_keys(invocation, jail.name.text());
    if (within && *within != wanted.named.name) tell_of_another(invocation, id, *within, wanted);
    return report(invocation, id, unpacked, within);
}

/// The jail that `--as` names. @throws Error usage: no jail of JAILS
const Jail& named_as(Invocation& invocation, const std::string& as) {
    if (invocation.jails().size() > 1) throw Error(Errc::usage, "--as takes one jail, not several");
    const auto& configuration = invocation.configuration();
    if (const Jail* jail = configuration.find(JailName(as))) {
        require_no_mistake(*jail);
        return *jail;
    }
    throw Error(Errc::usage, "'" + as + "' is not in JAILS, and its address comes from there")
        .with_hint("add an entry for it in " + configuration.file.string());
}

/// The host locks and recovers the jail that was named first; the one that is made needs both as well.
std::optional<Lock> lock_other(Invocation& invocation, const Jail& jail, const Jail& other) {
    if (jail.name == other.name || invocation.options().dry_run) return {};
    const auto run_dir = StateDirectory::running(invocation.configuration()).open("");
    auto lock = Lock::of_jail(run_dir.get(), other.name, "restore", invocation.options().wait);
    recover(invocation, other);
    return lock;
}

Outcome restore(Invocation& invocation, const Jail& jail, const RestoreArguments& arguments) {
    const Jail& made = arguments.as.empty() ? jail : named_as(invocation, arguments.as);
    const auto lock = lock_other(invocation, jail, made);
    require_absent(invocation, made);
    if (names_backup(invocation.path()) && invocation.jails().size() > 1)
        throw Error(Errc::usage, "several jails cannot be restored from one file").with_hint("name a directory");
    BackupBackend& backend = backend_for(invocation, jail.settings);
    const std::string id = choose_to_restore(invocation, backend, jail);
    return with_events<BeforeRestore, AfterRestore>(invocation, made, 0, [&] {
        invocation.console().info("Restoring jail " + jail.name.text() +
                                  (made.name == jail.name ? "" : " as " + made.name.text()) + " from backup");
        return restore_from(invocation, {jail, made, !arguments.as.empty(), arguments.trust}, backend, id);
    });
}

}  // namespace

Command make_restore_command() {
    const auto arguments = std::make_shared<RestoreArguments>();
    Command command;
    command.name = "restore";
    command.summary = "make a jail again from its newest good backup, or from the one named";
    command.words = "JAIL|all... [--as NEW] [FILE|DIR]";
    command.details = "The jail must not exist. An archive this host recorded comes back whole; of any other, devices, "
                      "file flags and\nodd attributes are left out and named (status 4) unless --trust is given. With "
                      "--as, JAIL may exist; it may also be\nNEW itself, where FILE is a backup of another jail.";
    command.targets = Targets::several;
    command.path = PathWord::optional;
    command.effect = Effect::changes;
    command.options.add_options()("trust", po::bool_switch(&arguments->trust),
                                  "restore everything in an archive this host has no record of")(
        "as", po::value(&arguments->as)->value_name("NEW"),
        "as another jail of JAILS, with an identity of its own: hostname, hosts, machine-id, ssh host keys");
    command.run_jail = [arguments](Invocation& invocation, const Jail& jail) {
        return restore(invocation, jail, *arguments);
    };
    return command;
}

}  // namespace jailctl::backup
