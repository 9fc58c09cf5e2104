#include <filesystem>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "jail_source.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/with_events.hpp"
#include "expire.hpp"
#include "last.hpp"
#include "marks.hpp"
#include "occupancy.hpp"
#include "place.hpp"
#include "quiesce.hpp"
#include "view.hpp"

namespace po = boost::program_options;

namespace jailctl::backup {
namespace {

struct BackupArguments {
    bool cold = false, protect = false;
};

void refuse_one_file_for_many(const Invocation& invocation) {
    const auto& path = invocation.path();
    if (!path || invocation.jails().size() == 1) return;
    if (*path == "-" || !resolve_place(invocation.configuration().settings, *path).file.empty())
        throw Error(Errc::usage, "several jails cannot go into one file").with_hint("name a directory");
}

void report(Invocation& invocation, const StoredBackup& stored, double seconds) {
    Console& console = invocation.console();
    const BackupInfo& info = stored.info;
    const std::uint64_t omitted = stored.omissions.size();
    console.data("backup", shown_backup(info).set("omitted", omitted).set("sockets", stored.sockets));
    console.info(info.id + ": " + human_bytes(info.size) + ", " + describe_grade(info.grade, omitted) +
                 (info.verified == 0 ? "" : ", verified") + ", " + human_seconds(seconds));
}

Outcome finish(Invocation& invocation, const StoredBackup& stored, double seconds) {
    if (invocation.options().dry_run) return Outcome::done();
    report(invocation, stored, seconds);
    for (const auto& sentence : stored.omissions) invocation.omission(sentence);
    if (stored.omissions.empty()) return Outcome::done();
    return Outcome::with_omissions(
        "the backup is usable; what is named above was left out or changed while it was read");
}

Way choose_way(Invocation& invocation, const Jail& jail, const Occupancy& occupancy) {
    if (occupancy.cold()) return Way::cold;
    return occupancy.stranger() ? Way::live : warm_way(invocation, jail);
}

/// Other mounts are not entered (security.md 6): what stands on them is missing, and that is said. A root that is a
/// mount point itself was read.
void name_other_mounts(const Jail& jail, StoredBackup& stored) {
    const auto own = standing_of(Rootfs::open(jail.root).fd());
    for (const auto& point : mounts_below(jail.root))
        if (!own || point != own->mount.point)
            stored.omissions.push_back(escape_name(point) +
                                       ": another file system is mounted there, its content is left out");
}

StoredBackup store(Invocation& invocation, const Jail& jail, const Occupancy& occupancy, const std::string& where) {
    const Way way = choose_way(invocation, jail, occupancy);
    const int id = occupancy.id();
    const bool ours = !occupancy.cold() && !occupancy.stranger();
    const std::string remark = occupancy.stranger() ? without_standing_still(jail, *occupancy.stranger()) : "";
    std::optional<Quiesced> quiesced;
    // Between two passes the jail is made ready by the source: not for the long one.
    if (ours && way != Way::two_passes && !invocation.options().dry_run) quiesced.emplace(invocation, jail, id);
    const View view(invocation, jail, way);
    // The snapshot holds what was made ready: the jail need not wait for the archive.
    if (way == Way::snapshot) quiesced.reset();
    JailSource source(invocation, jail, view, id);
    StoredBackup stored = backend_for(invocation, jail.settings).store(invocation, source, where);
    for (const auto& sentence : {source.remark(), remark})
        if (!sentence.empty()) stored.omissions.insert(stored.omissions.begin(), sentence);
    name_other_mounts(jail, stored);
    return stored;
}

}  // namespace

Outcome back_up(Invocation& invocation, const Jail& jail, const BackupWish& wish) {
    const std::string& where = wish.where;
    require_created(jail);
    const Occupancy occupancy(invocation, jail);
    if (wish.protect && where == "-") throw Error(Errc::usage, "what goes to standard output cannot be protected");
    if (wish.cold_only) occupancy.require_cold(jail);
    if (where == "-") (void)invocation.console().raw_output();  // from here on, text goes to stderr
    backend_for(invocation, jail.settings).check(invocation, jail, where);
    const int id = occupancy.id();
    std::chrono::duration<double> took{};
    const StoredBackup stored = with_events<BeforeBackup, AfterBackup>(invocation, jail, id, [&] {
        const std::string kind = occupancy.cold() ? "cold" : "warm";
        invocation.console().info("Doing " + kind + " backup of jail " + jail.name.text() + "...");
        const auto began = std::chrono::steady_clock::now();
        StoredBackup made = store(invocation, jail, occupancy, where);
        if (wish.protect && !invocation.options().dry_run)
            set_protect(invocation.configuration(), made.info, made.info.protect = true);
        if (where != "-" && !invocation.options().dry_run) note_last(invocation.configuration(), made.info);
        took = std::chrono::steady_clock::now() - began;
        if (!invocation.options().dry_run)
            (void)invocation.hooks().fire(BackupPublished{{invocation, jail, id}, made.info.id});
        return made;
    });
    Outcome outcome = finish(invocation, stored, took.count());
    if (where.empty()) expire_after_backup(invocation, jail);  // the rules are those of the configured place
    return outcome;
}

Command make_backup_command() {
    const auto arguments = std::make_shared<BackupArguments>();
    Command command;
    command.name = "backup";
    command.summary = "write a jail to an archive; cold if it is stopped, warm if it runs";
    command.words = "JAIL|all... [DIR|FILE|-]";
    command.details =
        "Without a path the archive goes to BACKUPDIR. It is read back and verified before it gets its final name.\n"
        "A path is a word with '/' in it, or '-' for standard output (not read back, not recorded).";
    command.targets = Targets::several;
    command.path = PathWord::optional;
    command.effect = Effect::changes;
    command.options.add_options()("cold", po::bool_switch(&arguments->cold), "refuse to back up a running jail")(
        "protect", po::bool_switch(&arguments->protect), "keep this backup from expire");
    command.run_jail = [arguments](Invocation& invocation, const Jail& jail) {
        refuse_one_file_for_many(invocation);
        return back_up(invocation, jail, {invocation.path().value_or(""), arguments->cold, arguments->protect});
    };
    return command;
}

}  // namespace jailctl::backup
