#include "archive_info.hpp"

#include "archive_job.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/backup_maker.hpp"

namespace jailctl::backup {
namespace {

void take_record(BackupInfo& info, const FoundRecord& found, const ArchiveName& name) {
    info.grade = parse_grade(found.record.grade);
    info.verified = found.record.verified;
    info.foreign = false;
    if (name.taken != 0) return;
    info.jail = found.jail;
    info.taken = found.record.taken;
}

/// Another host or configuration may keep backups of a jail of that name in the same directory: what it made is not
/// ours to expire. Archives of older versions do not say who made them.
bool made_elsewhere(const Value& description, const Configuration& configuration) {
    const std::string maker = description["made_by"].str();
    return !maker.empty() && maker != maker_of(configuration);
}

void take_marker(BackupInfo& info, const Value& marker, const ArchiveName& name, const Configuration& configuration) {
    const Value& says = marker["description"];
    info.foreign = info.foreign || made_elsewhere(says, configuration);
    info.grade = parse_grade(says["grade"].str("unknown"));
    info.jail = claimed_jail(name, marker);
    if (name.taken == 0) info.taken = says["taken"].num(info.taken);
}

}  // namespace

Value marker_of(int archive) { return run_tree(archive_job("marker", archive))["marker"]; }

std::string seal_of(const std::string& file) {
    try {
        return marker_of(open_archive(file).get())["stream"]["sha256"].str();
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        return {};
    }
}

std::string claimed_jail(const std::optional<ArchiveName>& name, const Value& marker) {
    const std::string told = marker["description"]["jail"].str();
    if (name && (name->taken != 0 || told.empty())) return name->jail;
    try {
        if (!told.empty()) return JailName(told).key();
    } catch (const Error&) {
        if (name) return name->jail;  // the marker's is a stranger's word, and no name
    }
    return "unknown";
}

BackupInfo describe(KnownRecords& records, const std::filesystem::path& path, const ArchiveName& name) {
    BackupInfo info{path.string(), name.jail, name.taken, 0, Grade::unknown, 0, {}};
    info.foreign = name.taken == 0;
    try {
        const UniqueFd file = open_archive(info.id);
        const FileStamp stamp = stamp_of(file.get(), info.id);
        info.size = stamp.size;
        if (info.taken == 0) info.taken = stamp.modified / 1'000'000'000;
        if (const auto found = records.find(stamp, name.taken != 0 ? name.jail : ""))
            take_record(info, *found, name);
        else
            take_marker(info, marker_of(file.get()), name, records.configuration());
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        info.problem = error.what();
    }
    return info;
}

}  // namespace jailctl::backup
