#include "archive_backend.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "archive_info.hpp"
#include "archive_job.hpp"
#include "archive_names.hpp"
#include "bounded_check.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/tar_file.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

/// Each piece was decoded when it was written (tree/archive/piece_encoder.hpp); what remains to be proven is that the
/// disk has those bytes, and the helper has mostly done that by now, too (tree/archive/read_back.hpp). Of a jail that
/// ran meanwhile the archive is put together from two readings: that is checked whole.
void read_back(const BackupSource& source, int file, const Value& packed, const std::string& name) {
    const bool read_once = source.grade() == Grade::cold || source.grade() == Grade::snapshot;
    if (read_once && packed["read_back"].truth()) return;
    if (::lseek(file, 0, SEEK_SET) != 0) throw_errno("cannot read back " + name);
    TreeJob job = archive_job(read_once ? "digest" : "check", file);
    if (read_once)
        job.arguments.set("from_disk", true);
    else
        job.arguments.set("trusted", true);
    const Value found = in_context("reading back " + name, [&] { return run_tree(job); });
    if (found["sha256"].str() != packed["sha256"].str() || found["sha256"].str().empty())
        throw Error(Errc::damaged, name + " does not read back as it was written");
}

BackupRecord record_of(const Place& place, const std::string& name, const BackupSource& source, const Value& packed,
                       std::int64_t taken, const FileStamp& stamp) {
    return {(place.directory / name).string(), static_cast<std::uint64_t>(packed["size"].num()), packed["sha256"].str(),
            taken, std::string(grade_name(source.grade())), static_cast<std::uint64_t>(packed["changed"].num()),
            unix_now(), stamp};
}

/// A name nobody has yet: the given one, or the jail's with a number after those of the same second. A number that
/// expire has freed is not taken again: the youngest would stand before its elders, and be the next to go.
std::string free_name(int directory, const Place& place, const std::string& jail, std::int64_t taken) {
    if (!place.file.empty()) {
        if (::faccessat(directory, place.file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            throw Error(Errc::exists, (place.directory / place.file).string() + " exists already")
                .with_hint("give another name; a backup never overwrites a file");
        return place.file;
    }
    int sequence = 1;
    for (const auto& found : archives_in(place))
        if (found.name.taken == taken && found.name.jail == JailName(jail).key())
            sequence = std::max(sequence, found.name.sequence + 1);
    for (;; ++sequence) {
        const auto name = make_archive_name(jail, taken, sequence, place.format);
        if (::faccessat(directory, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) return name;
    }
}

std::uint64_t sockets_in(const Value& packed) { return static_cast<std::uint64_t>(packed["sockets"].num()); }

StoredBackup store_to_stdout(Invocation& invocation, BackupSource& source, const Place& place) {
    const Value packed = source.write_tar(invocation.console().raw_output(), place.format);
    BackupInfo info{"-", source.jail().name.key(), unix_now(), static_cast<std::uint64_t>(packed["size"].num()),
                    source.grade(), 0, {}};
    return {std::move(info), notes_of(packed), sockets_in(packed)};
}

/// What was found whole and has no record. @param marker  its end marker, null if it has none
/// @throws Error damaged: a record is of that name and size, so this host made another one
BackupInfo whole_foreign(const Configuration& configuration, const std::string& backup, std::uint64_t size,
                         const Value& marker) {
    const auto name = parse_archive_name(fs::path(backup).filename().string());
    const std::string jail = claimed_jail(name, marker);
    if (BackupRecords(configuration, jail).has(backup, size))
        throw Error(Errc::damaged,
                    escape_name(backup) + " is whole, but not the archive this host made: its digest differs");
    BackupInfo info{backup, jail, name && name->taken != 0 ? name->taken : marker["description"]["taken"].num(), size,
                    parse_grade(marker["description"]["grade"].str("unknown")), 0, {}};
    if (marker.is_object()) info.verified = unix_now();  // else there was no digest to compare
    info.foreign = true;
    return info;
}

/// One that is named by a path through a jail's root is whatever a link of that jail leads to.
UniqueFd open_outside_roots(Invocation& invocation, const std::string& backup) {
    UniqueFd file = open_archive(backup);
    require_outside_roots(invocation.configuration(), fs::absolute(backup),
                          "take it out of that jail first: jailctl cp JAIL:PATH FILE");
    return file;
}

}  // namespace

void ArchiveBackend::check(Invocation& invocation, const Jail& jail, const std::string& where) {
    const Place place = resolve_place(jail.settings, where);
    if (place.standard_output) return (void)invocation.console().raw_output();
    // A BACKUPDIR that is not there yet is made when it is needed.
    std::error_code unreadable;
    if (place.configured && !fs::exists(place.directory, unreadable)) return;
    const UniqueFd directory = open_place(place);  // first: it says what is wrong with a directory that cannot be used
    require_outside_roots(invocation.configuration(), place.directory, "keep backups where no jail can write");
    (void)free_name(directory.get(), place, jail.name.text(), unix_now());
}

StoredBackup ArchiveBackend::store(Invocation& invocation, BackupSource& source, const std::string& where) {
    const Place place = resolve_place(source.jail().settings, where);
    if (place.standard_output) return store_to_stdout(invocation, source, place);
    tell_of_new_place(invocation, place);
    const UniqueFd directory = open_place(place);
    require_outside_roots(invocation.configuration(), place.directory, "keep backups where no jail can write");
    const std::int64_t taken = unix_now();
    const auto& jail = source.jail();
    const std::string partial = unfinished_name(invocation.configuration(), jail.name.key(), ".partial");
    const fs::path partial_path = place.directory / partial;
    const std::string name = free_name(directory.get(), place, jail.name.text(), taken);
    Operation operation(invocation, jail, "backup", JournalPlace::lasting);
    UniqueFd file;
    Value packed;
    BackupRecord record;
    operation.step("check the space in " + place.directory.string(),
                   [&] { require_space(directory.get(), place, source.size_estimate()); });
    operation.step("make " + partial_path.string(),
                   litter("file.remove", Value::object().set("path", partial_path.string())),
                   [&] { file = make_partial(directory.get(), partial); });
    source.use_scratch(directory.get());
    operation.step("write the tree to it", [&] { packed = source.write_tar(file.get(), place.format); });
    operation.step("sync it", [&] { sync_fd(file.get(), partial_path.string()); });
    operation.step("read it back", [&] { read_back(source, file.get(), packed, partial_path.string()); });
    // The record comes first: an archive without one would be restored as if a stranger had made it.
    operation.step("record it", [&] {
        record = record_of(place, name, source, packed, taken, stamp_of(file.get(), name));
        BackupRecords(invocation.configuration(), jail.name.key()).add(record);
    });
    operation.step("rename it to " + name, [&] {
        publish_partial(directory.get(), file.get(), partial, name);
        file.close_checked(name);
    });
    operation.commit();
    if (operation.dry_run()) return {};
    return {info_of(record, jail.name.key()), notes_of(packed), sockets_in(packed)};
}

std::vector<BackupInfo> ArchiveBackend::list(Invocation& invocation, const std::string& jail,
                                             const std::string& where) {
    const Place place = resolve_place(settings_for(invocation.configuration(), jail), where);
    std::vector<BackupInfo> found;
    if (!jail.empty()) (void)read_notes(invocation.configuration(), jail);  // or what it says of them would be left out
    KnownRecords records(invocation.configuration());
    for (const auto& entry : archives_in(place)) {
        // Of a name that somebody chose only the archive tells whose it is.
        if (!jail.empty() && entry.name.taken != 0 && entry.name.jail != jail) continue;
        BackupInfo info = describe(records, place.directory / entry.file, entry.name);
        if (jail.empty() || info.jail == jail) found.push_back(std::move(info));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.taken < b.taken; });
    return found;
}

/// A BACKUPDIR that is not there yet is made on the file system of what is above it.
std::optional<std::uint64_t> ArchiveBackend::free_space(Invocation&, const Jail& jail) {
    fs::path directory = resolve_place(jail.settings, "").directory;
    std::error_code unreadable;
    while (!fs::exists(directory, unreadable) && directory.has_relative_path()) directory = directory.parent_path();
    return free_bytes(open_trusted_directory(directory, Trust::root).get(), directory.string());
}

OpenBackup ArchiveBackend::open(Invocation& invocation, const std::string& backup) {
    UniqueFd file = open_outside_roots(invocation, backup);
    const auto digest = [&] { return digest_of_file(file.get(), backup); };
    const bool vouched = find_record(invocation.configuration(), stamp_of(file.get(), backup).size, digest).has_value();
    return {std::move(file), vouched, {}};
}

/// As the archive's end marker says; 0 if it has none. Files with holes are longer than the room they take, and the
/// tar, which holds no holes, is not.
std::uint64_t ArchiveBackend::restored_size(Invocation& invocation, const std::string& backup) {
    const UniqueFd file = open_outside_roots(invocation, backup);
    const Value marker = marker_of(file.get());
    const std::int64_t bytes = marker["bytes"].num();
    return static_cast<std::uint64_t>(std::min(bytes, marker["tar"]["bytes"].num(bytes)));
}

BackupInfo ArchiveBackend::verify(Invocation& invocation, const std::string& backup) {
    const Configuration& configuration = invocation.configuration();
    const UniqueFd file = open_outside_roots(invocation, backup);
    const FileStamp stamp = stamp_of(file.get(), backup);  // before it is read: what is written meanwhile is not proven
    const std::uint64_t size = stamp.size;
    const auto progress = invocation.console().progress("verifying " + backup, size);
    const auto checked_as = [&](bool ours) {
        if (::lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("cannot read " + escape_name(backup));
        auto job = archive_job("check", file.get());
        job.arguments.set("trusted", ours);
        job.on_progress = [&](std::uint64_t done) { progress->update(done); };
        return in_context(escape_name(backup), [&] { return run_tree(job); });
    };
    const auto is_ours = [&] {
        return find_record(configuration, size, [&] { return digest_of_file(file.get(), backup); }).has_value();
    };
    const Value checked = checked_as_far_as_known(checked_as, is_ours);
    if (const auto made = find_record(configuration, size, [&] { return checked["sha256"].str(); })) {
        if (!invocation.options().dry_run)
            BackupRecords(configuration, made->jail).set_verified(made->record, backup, stamp, unix_now());
        return {backup, made->jail, made->record.taken, size, parse_grade(made->record.grade), unix_now(), {}};
    }
    return whole_foreign(configuration, backup, size, checked["marker"]);
}

void ArchiveBackend::remove(Invocation& invocation, const std::string& backup) {
    const UniqueFd file = open_outside_roots(invocation, backup);
    const auto name = parse_archive_name(fs::path(backup).filename().string());
    if ((!name || name->taken == 0) && !is_recorded(invocation.configuration(), backup))
        throw Error(Errc::denied, escape_name(backup) + " is neither recorded nor named as a backup of jailctl")
            .with_hint("look at what it is, and remove it yourself");
    remove_archive(backup, file.get());
    // The file first: a record without a file does no harm.
    forget_record(invocation.configuration(), backup);
}

void ArchiveBackend::contents(Invocation& invocation, const std::string& backup,
                              const std::function<void(const Value::Array& entries)>& take) {
    list_tar(open_outside_roots(invocation, backup).get(), take);
}

/// Whether this host made the archive shows only from all of its bytes: it is asked where a record may say so, and only
/// when there is something to be left out otherwise.
Value ArchiveBackend::extract(Invocation& invocation, const std::string& backup, const BackupExtract& wanted) {
    const Configuration& configuration = invocation.configuration();
    const UniqueFd file = open_outside_roots(invocation, backup);
    const std::uint64_t size = stamp_of(file.get(), backup).size;
    if (wanted.trust || wanted.out >= 0 || !may_be_recorded(configuration, size))
        return extract_from_tar(file.get(), wanted);
    Value extracted = extract_from_tar(file.get(), wanted, Vouched::ask);
    if (!extracted["asks"].truth()) return extracted;
    const auto digest = [&] { return digest_of_file(file.get(), backup); };
    const bool made_here = find_record(configuration, size, digest).has_value();
    return extract_from_tar(file.get(), wanted, made_here ? Vouched::yes : Vouched::no);
}

}  // namespace jailctl::backup
