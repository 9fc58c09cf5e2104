#include "restic_backend.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/tar_file.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "patterns.hpp"
#include "records.hpp"
#include "view.hpp"

namespace jailctl::restic {
namespace {

void refuse_place(const std::string& where) {
    if (where.empty()) return;
    throw Error(Errc::unsupported, "restic keeps backups in RESTIC_REPOSITORY and not in " + escape_name(where))
        .with_hint("leave the path out, or set BACKUP_BACKEND=archive for a file");
}

/// The snapshot a user's word names. @throws Error not_found
Snapshot find(const Repository& repository, const std::string& id) {
    const auto digits = digits_of(id);
    if (digits) {
        const Answer answer = repository.run({"snapshots", "--json", "--no-lock", *digits});
        if (!answer.status.ok() && !no_repository(answer)) throw repository.failure("restic snapshots", answer);
        auto found = answer.status.ok() ? parse_snapshots(answer.out) : std::vector<Snapshot>();
        if (found.size() == 1) return std::move(found.front());
    }
    throw Error(Errc::not_found, "there is no backup " + escape_name(id) + " in " + escape_name(repository.location()))
        .with_hint("'jailctl backups' lists them");
}

std::vector<std::string> backup_arguments(const BackupSource& source, const BackupInfo& info, const JailView& view) {
    std::vector<std::string> arguments{"backup", "--json", "--host", info.jail};
    for (const auto& tag : tags_of(info)) {
        arguments.emplace_back("--tag");
        arguments.push_back(tag);
    }
    for (const auto& pattern : source.excludes())
        for (const auto& one : restic_patterns(pattern, view.tree())) arguments.push_back("--exclude=" + one);
    arguments.insert(arguments.end(), {"jail", "jailctl"});
    return arguments;
}

Value excludes_of(const BackupSource& source) {
    Value list = Value::array();
    for (const auto& pattern : source.excludes()) list.push(pattern);
    return list;
}

/// What the helper saw of the tree goes beside it: the description, and what restic 0.14 would lose.
Value write_own_files(const BackupSource& source, int tree, const JailView& view) {
    const UniqueFd files = view.own_files();
    const UniqueFd manifest(::openat(files.get(), "manifest", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!manifest) throw_errno("cannot make the manifest of the backup");
    const Value facts = run_tree({.action = "facts",
                                  .arguments = Value::object().set("excludes", excludes_of(source)),
                                  .root = tree, .id_base = {}, .read_only = true,
                                  .descriptors = {{"out", manifest.get()}}, .on_progress = {}, .on_note = {}});
    const Value document = Value::object().set("format", 1).set("description", source.description()).set("counts", facts);
    replace_file(files.get(), "description.json", to_json(document), 0600, false);
    return facts;
}

/// What `restic backup --json` tells while it works.
class Progress {
public:
    Progress(Console& console, const BackupSource& source)
        : shown_(console.progress("backing up " + source.jail().name.text(), source.size_estimate())) {}
    void take(std::string_view line) {
        const Value message = parse_json(line);
        const std::string type = message["message_type"].str();
        if (type == "status") shown_->update(static_cast<std::uint64_t>(message["bytes_done"].num()));
        if (type == "summary") snapshot = message["snapshot_id"].str();
        if (type != "error") return;
        std::string cause = message["error"]["Err"].str();
        if (cause.empty()) cause = message["error"]["message"].str("cannot be read");
        omissions.push_back(escape_name(message["item"].str()) + ": " + escape_name(cause));
    }
    std::string snapshot;
    std::vector<std::string> omissions;

private:
    std::unique_ptr<jailctl::Progress> shown_;
};

/// Reads everything of a snapshot: restic compares each piece with the digest it is named by.
Answer read_through(const Repository& repository, const std::string& id) {
    const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!nowhere) throw_errno("cannot open /dev/null");
    Run run;
    run.stdout_fd = nowhere.get();
    return repository.run({"dump", "--no-lock", "--archive", "tar", id, "/"}, run);
}

void forget(const Repository& repository, const std::string& id) { (void)repository.ask({"forget", "--prune", id}); }

void prove(const Repository& repository, const Settings& settings, const std::string& id) {
    if (!parse_yes_no(settings["RESTIC_READ_BACK"].text)) return;
    const Answer answer = read_through(repository, id);
    if (answer.status.ok()) return;
    const Error why = repository.failure("reading back", answer);
    forget(repository, id);
    throw Error(Errc::damaged, why.what());
}

timespec now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);  // the clock that stamps files
    return time;
}

/// restic says nothing of files that change under it: the times of their last change do.
std::vector<std::string> changed_since(const timespec& begin, const BackupSource& source, int tree) {
    if (source.grade() == Grade::cold) return {};
    return omissions_of(run_tree({.action = "changed",
                                  .arguments = Value::object()
                                                   .set("seconds", static_cast<std::int64_t>(begin.tv_sec))
                                                   .set("nanoseconds", static_cast<std::int64_t>(begin.tv_nsec))
                                                   .set("excludes", excludes_of(source)),
                                  .root = tree, .id_base = {}, .read_only = true, .descriptors = {},
                                  .on_progress = {}, .on_note = {}}));
}

struct Stored {
    std::string id;
    std::vector<std::string> omissions;
};

Stored run_backup(Invocation& invocation, const Repository& repository, BackupSource& source, const BackupInfo& info) {
    const timespec begin = now();
    const int tree = source.directory();
    const JailView view(invocation.configuration(), tree, View::read_only);
    const Value facts = write_own_files(source, tree, view);
    Progress progress(invocation.console(), source);
    Run run = view.run();
    run.on_line = [&](std::string_view line) { progress.take(line); };
    const Answer answer = repository.run(backup_arguments(source, info, view), run);
    // 3: a snapshot was made, and what it lacks was named
    if ((!answer.status.ok() && answer.status.code != 3) || progress.snapshot.empty())
        throw repository.failure("restic backup", answer);
    auto changed = changed_since(begin, source, tree);
    progress.omissions.insert(progress.omissions.end(), changed.begin(), changed.end());
    return {find(repository, progress.snapshot).id, std::move(progress.omissions)};
}

Value description_of(const Repository& repository, const std::string& id) {
    return parse_json(repository.ask({"dump", "--no-lock", id, "/jailctl/description.json"}));
}

/// A repository on this host and the cache stay writable while everything else is not.
std::vector<UniqueFd> keep_writable(const Repository& repository, Run& run) {
    std::vector<UniqueFd> held;
    for (const std::string& path : {repository.cache(), repository.local() ? repository.location() : std::string()}) {
        if (path.empty()) continue;
        held.push_back(directory_mount(open_trusted_directory(path, Trust::root).get()));
        run.mounts.insert(run.mounts.begin(), {held.back().get(), path});
    }
    return held;
}

/// What a snapshot says of its top directory is not for us: it is made by jailctl.
class KeptTop {
public:
    explicit KeptTop(int directory) : directory_(directory) {
        if (::fstat(directory, &facts_) != 0) throw_errno("cannot look at the staging directory");
    }
    void restore() const {
        if (::fchownat(directory_, "", facts_.st_uid, facts_.st_gid, AT_EMPTY_PATH) != 0)
            throw_errno("cannot set the owner of the staging directory");
        const UniqueFd open(::openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!open || ::fchmod(open.get(), facts_.st_mode & 07777) != 0) throw_errno("cannot set the mode of the staging directory");
    }

private:
    int directory_;
    struct stat facts_ {};
};

/// Puts right what restic could not, from the manifest; what nobody vouches for passes the allow-list instead.
Value settle(const JailView& view, const RestoreTarget& target, bool whole) {
    const UniqueFd files = view.own_files();
    const UniqueFd manifest(::openat(files.get(), "manifest", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!manifest) throw Error(Errc::damaged, "the snapshot has no manifest of jailctl's");
    return run_tree({.action = "settle", .arguments = Value::object().set("trusted", whole), .root = target.directory,
                     .id_base = {}, .read_only = false, .descriptors = {{"facts", manifest.get()}}, .on_progress = {},
                     .on_note = {}});
}

}  // namespace

void ResticBackend::check(Invocation& invocation, const Jail& jail, const std::string& where) {
    refuse_place(where);
    (void)Repository(invocation, invocation.configuration().settings);
    for (const auto& word : split_words(jail.settings["BACKUP_EXCLUDE"].text)) (void)restic_patterns(word, "/");
}

StoredBackup ResticBackend::store(Invocation& invocation, BackupSource& source, const std::string& where) {
    refuse_place(where);
    const auto& jail = source.jail();
    const Repository repository(invocation, invocation.configuration().settings);
    BackupInfo info{{}, jail.name.key(), unix_now(), std::max<std::uint64_t>(source.size_estimate(), 1), source.grade(), 0, {}};
    const Records records(invocation.configuration(), info.jail);
    Stored stored;
    Operation operation(invocation, jail, "backup", JournalPlace::lasting);
    operation.step("make the restic repository " + repository.location() + " if there is none",
                   [&] { (void)repository.make_if_missing(); });
    operation.step("store the tree in it", [&] { stored = run_backup(invocation, repository, source, info); });
    operation.step("read it back", [&] { prove(repository, invocation.configuration().settings, stored.id); });
    operation.step("record it", [&] { records.set(stored.id, 0); });
    operation.commit();
    if (operation.dry_run()) return {};
    info.id = shown_id(stored.id);
    return {info, std::move(stored.omissions)};
}

std::vector<BackupInfo> ResticBackend::list(Invocation& invocation, const std::string& jail, const std::string& where) {
    refuse_place(where);
    const Repository repository(invocation, invocation.configuration().settings);
    std::vector<std::string> arguments{"snapshots", "--json", "--no-lock", "--tag", "jailctl"};
    if (!jail.empty()) arguments.insert(arguments.end(), {"--host", jail});
    const Answer answer = repository.run(arguments);
    if (no_repository(answer)) {
        invocation.console().verbose("there is no restic repository at " + repository.location() + ": the first backup makes it");
        return {};
    }
    if (!answer.status.ok()) throw repository.failure("restic snapshots", answer);
    std::vector<BackupInfo> found;
    for (auto& snapshot : parse_snapshots(answer.out)) {
        const auto verified = Records(invocation.configuration(), snapshot.info.jail).verified(snapshot.id);
        snapshot.info.verified = verified.value_or(0);
        found.push_back(std::move(snapshot.info));
    }
    return found;
}

OpenBackup ResticBackend::open(Invocation& invocation, const std::string& backup) {
    (void)find(Repository(invocation, invocation.configuration().settings), backup);
    throw Error(Errc::unsupported, backup + " is a snapshot of restic's and no tar")
        .with_hint("restore it, or 'restic dump --archive tar' writes one");
}

std::uint64_t ResticBackend::restored_size(Invocation& invocation, const std::string& backup) {
    const Repository repository(invocation, invocation.configuration().settings);
    const Value description = description_of(repository, find(repository, backup).id);
    return static_cast<std::uint64_t>(description["counts"]["bytes"].num());
}

Value ResticBackend::restore(Invocation& invocation, const std::string& backup, const RestoreTarget& target) {
    const Repository repository(invocation, invocation.configuration().settings);
    const Snapshot snapshot = find(repository, backup);
    const bool vouched = Records(invocation.configuration(), snapshot.info.jail).verified(snapshot.id).has_value();
    const Value described = description_of(repository, snapshot.id);
    const JailView view(invocation.configuration(), target.directory, View::writable);
    const KeptTop top(target.directory);
    Run run = view.run();
    run.read_only_host = true;
    const auto held = keep_writable(repository, run);
    (void)repository.ask({"restore", snapshot.id, "--target", view.place(), "--verify"}, run);
    Value settled = settle(view, target, vouched || target.trust);
    top.restore();
    return Value::object()
        .set("entries", described["counts"]["entries"])
        .set("bytes", described["counts"]["bytes"])
        .set("skipped", settled["skipped"])
        .set("marker", Value::object().set("description", described["description"]))
        .set("vouched", vouched);
}

BackupInfo ResticBackend::verify(Invocation& invocation, const std::string& backup) {
    const Repository repository(invocation, invocation.configuration().settings);
    Snapshot snapshot = find(repository, backup);
    for (const Answer& answer : {repository.run({"check", "--no-lock"}), read_through(repository, snapshot.id)})
        if (!answer.status.ok()) throw Error(Errc::damaged, repository.failure(snapshot.info.id, answer).what());
    const Records records(invocation.configuration(), snapshot.info.jail);
    snapshot.info.verified = unix_now();
    if (records.verified(snapshot.id) && !invocation.options().dry_run) records.set(snapshot.id, snapshot.info.verified);
    return snapshot.info;
}

void ResticBackend::remove(Invocation& invocation, const std::string& backup) {
    const Repository repository(invocation, invocation.configuration().settings);
    const Snapshot snapshot = find(repository, backup);
    forget(repository, snapshot.id);
    Records(invocation.configuration(), snapshot.info.jail).forget(snapshot.id);
}

}  // namespace jailctl::restic
