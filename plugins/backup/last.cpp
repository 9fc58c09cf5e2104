#include "last.hpp"

#include "marks.hpp"
#include "records.hpp"

namespace jailctl::backup {
namespace {

constexpr const char* member = "last";

/// Whether there still is what a stamp was noted of; of a file that was altered since, or another one in its place, nothing is
/// proven. What no file was noted of is in a repository.
bool there_is(BackupInfo& info, const FileStamp& then) {
    const FileStamp now = stamp_at(info.id);
    if (!now.known() || now == then) return now.known() || !then.known();
    if (!then.known() && now.size == info.size) return true;  // noted in older times, when a size was enough
    info.size = now.size;
    info.verified = 0;
    return true;
}

std::optional<BackupInfo> noted_in(const Value& notes, const std::string& jail_key) {
    const Value& last = notes[member];
    if (!last.is_object()) return std::nullopt;
    BackupInfo info{last["id"].str(), jail_key, last["taken"].num(), static_cast<std::uint64_t>(last["size"].num()),
                    parse_grade(last["grade"].str()), last["verified"].num(), {}};
    return there_is(info, stamp_in(last)) ? std::optional(std::move(info)) : std::nullopt;
}

BackupInfo info_of(const BackupRecord& record, const std::string& jail_key) {
    return {record.file, jail_key, record.taken, record.size, parse_grade(record.grade), record.verified, {}};
}

}  // namespace

void note_last(const Configuration& configuration, const BackupInfo& backup) {
    Value last = Value::object()
                     .set("id", backup.id)
                     .set("taken", backup.taken)
                     .set("size", backup.size)
                     .set("grade", grade_name(backup.grade))
                     .set("verified", backup.verified);
    if (const FileStamp stamp = stamp_at(backup.id); stamp.known()) put_stamp(last, stamp);
    alter_notes(configuration, backup.jail, [&](Value& document) { document.set(member, last); });
}

void forget_last(const Configuration& configuration, const BackupInfo& backup) {
    if (read_notes(configuration, backup.jail)[member]["id"].str() != backup.id) return;
    alter_notes(configuration, backup.jail, [](Value& document) { document.set(member, Value{}); });
}

std::optional<BackupInfo> last_noted(const Configuration& configuration, const std::string& jail_key) {
    auto newest = noted_in(read_notes(configuration, jail_key), jail_key);
    for (const auto& record : BackupRecords(configuration, jail_key).all()) {
        if (newest && record.taken <= newest->taken) continue;
        BackupInfo info = info_of(record, jail_key);
        if (stamp_at(info.id).known() && there_is(info, record.stamp)) newest = std::move(info);
    }
    if (newest) apply_mark(configuration, *newest);
    return newest;
}

}  // namespace jailctl::backup
