#include "restic_backend.hpp"

#include <algorithm>
#include <set>

#include "contents.hpp"
#include "jailctl/sdk/backup_maker.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/text.hpp"
#include "lookup.hpp"
#include "patterns.hpp"
#include "proof.hpp"
#include "records.hpp"
#include "restoring.hpp"
#include "single_files.hpp"
#include "storing.hpp"
#include "whole.hpp"

namespace jailctl::restic {
namespace {

void refuse_place(const std::string& where) {
    if (where.empty()) return;
    throw Error(Errc::unsupported, "restic keeps backups in RESTIC_REPOSITORY and not in " + escape_name(where))
        .with_hint("leave the path out, or set BACKUP_BACKEND=archive for a file");
}

/// Whose it is stands in what cannot be read: of one jail it is told where a record says that it is its, or it may be
/// its only one.
void tell_unreadable(Invocation& invocation, const Repository& repository, const std::string& jail,
                     const Answer& answer, bool others) {
    for (const Unreadable& one : unreadable_snapshots(answer.errors))
        if (jail.empty() || !others || Records(invocation.configuration(), jail).has(one.digits))
            invocation.omission("snapshot/" + one.digits + " in " + escape_name(repository.shown()) +
                                " cannot be read, so it is not listed: " + escape_name(one.line));
}

/// Reads records for a list. Where it is of all jails, those of one that cannot be read are told and passed over.
class RecordReader {
public:
    RecordReader(Invocation& invocation, bool of_one_jail) : invocation_(invocation), of_one_jail_(of_one_jail) {}
    /// As Records::verified.
    std::optional<std::int64_t> verified(const Snapshot& snapshot) {
        const std::string& jail = snapshot.info.jail;
        try {
            return Records(invocation_.configuration(), jail).verified(snapshot.id);
        } catch (const Error& error) {
            if (of_one_jail_) throw;
            if (unread_.insert(jail).second)
                invocation_.omission("what was recorded of backups of jail " + jail + ": " + error.what());
            return {};
        }
    }

private:
    Invocation& invocation_;
    bool of_one_jail_;
    std::set<std::string> unread_;
};

/// For whoever reads data of a snapshot.
Repository whole_repository(Invocation& invocation) {
    Repository repository(invocation, invocation.configuration().settings);
    require_whole(repository);
    return repository;
}

}  // namespace

void ResticBackend::check(Invocation& invocation, const Jail& jail, const std::string& where) {
    refuse_place(where);
    const Repository repository(invocation, invocation.configuration().settings);
    repository.require_there_or_first();
    if (repository.read_only())  // restic would try to make its lock for a minute
        throw Error(Errc::denied, "the restic repository at " + escape_name(repository.shown()) +
                                      " is on a file system that is mounted read-only")
            .with_hint("mount it so that it can be written, for as long as the backup takes");
    for (const auto& word : split_words(jail.settings["BACKUP_EXCLUDE"].text)) (void)restic_patterns(word, "/");
}

StoredBackup ResticBackend::store(Invocation& invocation, BackupSource& source, const std::string& where) {
    refuse_place(where);
    const auto& jail = source.jail();
    const Repository repository(invocation, invocation.configuration().settings);
    BackupInfo info{
        {}, jail.name.key(), unix_now(), std::max<std::uint64_t>(source.size_estimate(), 1), source.grade(), 0, {}};
    const Records records(invocation.configuration(), info.jail);
    Stored stored;
    Operation operation(invocation, jail, "backup", JournalPlace::lasting);
    operation.step("make the restic repository " + repository.shown() + " if there is none",
                   [&] { (void)repository.make_if_missing(); });
    operation.step("store the tree in it", [&] { stored = store_tree(invocation, repository, source, info); });
    operation.step("read it back", [&] {
        if (prove(repository, invocation.configuration().settings, stored.id)) info.verified = unix_now();
    });
    operation.step("record it", [&] { records.set(stored.id, info.verified); });
    operation.commit();
    if (operation.dry_run()) return {};
    info.id = shown_id(stored.id);
    return {info, std::move(stored.omissions), stored.sockets};
}

std::vector<BackupInfo> ResticBackend::list(Invocation& invocation, const std::string& jail, const std::string& where) {
    refuse_place(where);
    const Repository repository(invocation, invocation.configuration().settings);
    std::vector<std::string> arguments{"snapshots", "--json", "--no-lock", "--tag", "jailctl"};
    if (!jail.empty()) arguments.insert(arguments.end(), {"--host", jail});
    const Answer answer = repository.run(arguments);
    if (no_repository(answer)) {
        repository.require_first();
        invocation.console().verbose("there is no restic repository at " + repository.shown() +
                                     ": the first backup makes it");
        return {};
    }
    std::vector<Snapshot> snapshots = snapshots_in(repository, answer);
    std::vector<BackupInfo> found;
    const std::string maker = maker_of(invocation.configuration());
    RecordReader records(invocation, !jail.empty());
    for (auto& snapshot : snapshots) {
        const auto verified = records.verified(snapshot);
        snapshot.info.verified = verified.value_or(0);
        // What has a record is ours wherever we have moved to.
        snapshot.info.foreign = !verified && snapshot.maker != maker;
        found.push_back(std::move(snapshot.info));
    }
    tell_unreadable(invocation, repository, jail, answer, !found.empty());
    return found;
}

OpenBackup ResticBackend::open(Invocation& invocation, const std::string& backup) {
    (void)find(Repository(invocation, invocation.configuration().settings), backup);
    throw Error(Errc::unsupported, backup + " is a snapshot of restic's and no tar")
        .with_hint("restore it, or 'restic dump --archive tar' writes one");
}

std::uint64_t ResticBackend::restored_size(Invocation& invocation, const std::string& backup) {
    const Repository repository = whole_repository(invocation);
    const Value description = description_of(repository, find(repository, backup).id);
    return static_cast<std::uint64_t>(description["counts"]["bytes"].num());
}

Value ResticBackend::restore(Invocation& invocation, const std::string& backup, const RestoreTarget& target) {
    const Repository repository = whole_repository(invocation);
    const Snapshot snapshot = find(repository, backup);
    const bool vouched = Records(invocation.configuration(), snapshot.info.jail).verified(snapshot.id).has_value();
    const Value described = description_of(repository, snapshot.id);
    const Value settled = write_tree(invocation, repository, {snapshot.id, {}, vouched || target.trust},
                                     target.directory);
    return Value::object()
        .set("entries", described["counts"]["entries"])
        .set("bytes", described["counts"]["bytes"])
        .set("skipped", settled["skipped"])
        .set("skipped_total", settled["skipped_total"])
        .set("marker", Value::object().set("description", described["description"]))
        .set("vouched", vouched);
}

BackupInfo ResticBackend::verify(Invocation& invocation, const std::string& backup) {
    const Repository repository = whole_repository(invocation);
    Snapshot snapshot = find(repository, backup);
    require_good(repository, snapshot.id);
    const Records records(invocation.configuration(), snapshot.info.jail);
    snapshot.info.verified = unix_now();
    if (records.verified(snapshot.id) && !invocation.options().dry_run)
        records.set(snapshot.id, snapshot.info.verified);
    return snapshot.info;
}

void ResticBackend::contents(Invocation& invocation, const std::string& backup,
                             const std::function<void(const Value::Array& entries)>& take) {
    const Repository repository = whole_repository(invocation);
    list_entries(repository, find(repository, backup).id, take);
}

Value ResticBackend::extract(Invocation& invocation, const std::string& backup, const BackupExtract& wanted) {
    const Repository repository = whole_repository(invocation);
    const Snapshot snapshot = find(repository, backup);
    const bool vouched = Records(invocation.configuration(), snapshot.info.jail).verified(snapshot.id).has_value();
    return take_out(invocation, repository, snapshot.id, vouched, wanted);
}

void ResticBackend::remove(Invocation& invocation, const std::string& backup) {
    const Repository repository(invocation, invocation.configuration().settings);
    const Snapshot snapshot = find(repository, backup);
    repository.forget({snapshot.id});
    Records(invocation.configuration(), snapshot.info.jail).forget(snapshot.id);
}

void ResticBackend::remove_several(Invocation& invocation, const std::vector<std::string>& backups,
                                   const std::function<void(const std::string& backup)>& gone) {
    const Repository repository(invocation, invocation.configuration().settings);
    std::vector<Snapshot> there = snapshots_in(repository, repository.run({"snapshots", "--json", "--no-lock"}));
    std::erase_if(there, [&](const Snapshot& snapshot) {
        return std::find(backups.begin(), backups.end(), snapshot.info.id) == backups.end();
    });
    std::vector<std::string> ids;
    for (const auto& snapshot : there) ids.push_back(snapshot.id);
    if (!ids.empty()) repository.forget(ids);
    for (const auto& snapshot : there) Records(invocation.configuration(), snapshot.info.jail).forget(snapshot.id);
    for (const auto& backup : backups) gone(backup);
}

}  // namespace jailctl::restic
