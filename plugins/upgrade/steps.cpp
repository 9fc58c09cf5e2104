#include "steps.hpp"

#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/staged_target.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::upgrade {

namespace {

// Data of the site: the base only adds what is missing there.
constexpr std::string_view data_directories[] = {"var", "home", "root", "usr/local", "srv"};

constexpr std::size_t all_listed = 1000;  // the helper lists no more

/// Copy and base are nobody's but ours, and the next upgrade begins by removing them.
Undo remove_tree(const Jail& jail, const std::string& name) {
    return litter("storage.remove", tree_arguments(jail, name));
}

/// What the copier could not keep is no reason to stop, but the user must know.
void name_omissions(Invocation& in, const Value& result) {
    for (const auto& sentence : notes_of(result, all_listed)) in.omission(sentence);
}

/// With host ids: a user namespace would lose trusted.* attributes, file flags and devices of the jail.
Value run_between(Upgrade& upgrade, const std::string& action, Value arguments, const std::filesystem::path& from,
                  const std::string& what, std::uint64_t bytes) {
    const Rootfs target = Rootfs::open(beside(upgrade.jail, staging_name(upgrade.jail, Staging::upgrade))),
                 source = Rootfs::open(from);
    const auto progress = upgrade.in.console().progress(what, bytes);
    TreeJob job;
    job.action = action;
    job.arguments = std::move(arguments);
    job.root = target.fd();
    job.descriptors.emplace_back("source", source.fd());
    job.on_progress = [&progress](std::uint64_t done) { progress->update(done); };
    Value result = run_tree(job);
    name_omissions(upgrade.in, result);
    return result;
}

void make_directory(Upgrade& upgrade, const std::string& name) {
    upgrade.operation.step("make the directory " + beside(upgrade.jail, name).string(), remove_tree(upgrade.jail, name),
                           [&] {
                               // Journals are recovered by now: a tree of that name has lost its journal.
                               upgrade.storage.remove(upgrade.jail.root, name);
                               upgrade.storage.make(upgrade.jail.root, name);
                           });
}

/// What is recorded of the base that the jail was made of, or upgraded with last.
Value old_base(const Upgrade& upgrade) {
    auto record = read_base_record(upgrade.in.configuration(), upgrade.jail.name);
    if (record) return std::move(*record);
    upgrade.in.console().warn(
        "no record tells what base jail " + upgrade.jail.name.text() +
        " has: whatever differs below /etc is taken for its own, and no file of the old base is removed");
    return Value::object();
}

std::string sentence_of(const Value& conflict) {
    const std::string path = "/" + escape_name(conflict["path"].str());
    return path +
           (conflict["changed_here"].truth() ? " was changed here and in the new base"
                                             : " differs here and in the new base") +
           ": yours is kept, the new one " +
           (conflict["beside"].truth() ? "is " + path + ".jailctl-new" : "could not be put beside it");
}

void report_merge(Upgrade& upgrade) {
    Console& console = upgrade.in.console();
    const Value& merged = upgrade.merged;
    console.info("Replaced " + std::to_string(merged["replaced"].num()) + " files, added " +
                 std::to_string(merged["added"].num()) + ", kept " + std::to_string(merged["kept"].num()) +
                 ", removed " + std::to_string(merged["removed"].num()) + " that the new base has no more");
    Value conflicts = Value::array();
    for (const Value& conflict : merged["conflicts"].items()) {
        console.warn(sentence_of(conflict));
        conflicts.push(conflict["path"]);
    }
    for (const char* member : {"replaced", "added", "kept", "removed"}) console.data(member, merged[member]);
    console.data("conflicts", std::move(conflicts));
}

}  // namespace

BaseChoice choose_base(Invocation& in, const Jail& jail) {
    const BaseChoice base = base_of(in, jail);
    if (!base.installer->can_upgrade())
        throw Error(Errc::unsupported, "jail " + jail.name.text() + " cannot be upgraded: its BASE is " + base.text)
            .with_hint("use the package manager inside the jail");
    return base;
}

std::uint64_t require_space(Invocation& in, const Jail& jail, const BaseChoice& base, Storage& storage) {
    const Rootfs root = Rootfs::open(jail.root);
    TreeJob job;
    job.action = "measure";
    job.arguments = Value::object();
    job.root = root.fd();
    job.read_only = true;
    const auto system = static_cast<std::uint64_t>(run_tree(job)["bytes"].num());
    // The new base stands there twice for a while: in its own directory and in the copy.
    const std::uint64_t needed = system + 2 * base.installer->estimate(in, base.what),
                        free = storage.free_space(jail.root);
    if (needed <= free) return system;
    throw Error(Errc::no_space, "upgrading jail " + jail.name.text() + " needs about " + human_bytes(needed) +
                                    " for a copy of its system and the new base, but only " + human_bytes(free) +
                                    " are free in " + jail.root.parent_path().string())
        .with_hint("make room first");
}

void copy_system(Upgrade& upgrade) {
    make_directory(upgrade, staging_name(upgrade.jail, Staging::upgrade));
    upgrade.operation.step("copy the system", [&] {
        (void)run_between(upgrade, "copy", Value::object(), upgrade.jail.root, "copying the system",
                          upgrade.system_bytes);
    });
}

void install_base(Upgrade& upgrade) {
    const std::string name = staging_name(upgrade.jail, Staging::base);
    const std::filesystem::path directory = beside(upgrade.jail, name);
    make_directory(upgrade, name);
    upgrade.operation.step("install the base " + upgrade.base.text, [&] {
        StagedTarget target(upgrade.in, upgrade.jail, directory);
        upgrade.base.installer->install(upgrade.in, upgrade.base.what, target);
    });
    const Leases leases =
        upgrade.in.hooks().fire(BaseInstalled{{{upgrade.in, upgrade.jail, 0}, upgrade.operation, directory}});
}

void merge_base(Upgrade& upgrade) {
    upgrade.operation.step("put the new base over the copy, keeping the site's /etc and data", [&] {
        Value keep = Value::array();
        for (const auto directory : data_directories) keep.push(directory);
        const Value old = old_base(upgrade);
        Value arguments = Value::object()
                              .set("keep_new_only", std::move(keep))
                              .set("etc_digests", old["etc_digests"])
                              .set("stamps", old["stamps"]);
        const std::filesystem::path base = beside(upgrade.jail, staging_name(upgrade.jail, Staging::base));
        upgrade.merged = run_between(upgrade, "merge", std::move(arguments), base, "merging the new base", 0);
        report_merge(upgrade);
    });
    upgrade.operation.step("remove the directory of the base", [&] {
        upgrade.storage.remove(upgrade.jail.root, staging_name(upgrade.jail, Staging::base));
    });
}

void exchange(Upgrade& upgrade) {
    const std::string name = staging_name(upgrade.jail, Staging::upgrade);
    upgrade.operation.step("exchange " + upgrade.jail.root.string() + " and " + name,
                           upgrade.operation.dry_run()
                               ? Undo{}
                               : Undo{"storage.exchange", identified_tree(upgrade.jail, name)},
                           [&] {
                               require_root_unused(upgrade.in, upgrade.jail, upgrade.jail.root);
                               upgrade.storage.exchange(upgrade.jail.root, name);
                           });
    Value record = new_base_record(upgrade.base.text, upgrade.merged["etc_digests"], upgrade.merged["stamps"]);
    upgrade.operation.after_commit(Undo{"upgrade.record", Value::object().set("record", std::move(record))});
    upgrade.operation.after_commit(remove_tree(upgrade.jail, name));  // the old system by now
}

}  // namespace jailctl::upgrade
