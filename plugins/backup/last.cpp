#include "last.hpp"

#include "marks.hpp"
#include "records.hpp"

namespace jailctl::backup {
namespace {

constexpr const char* member = "last";

/// Of another file that stands in its place by now nothing is known. What no file was noted of is in a repository.
bool is_gone(const Value& noted) {
    const FileStamp then = stamp_in(noted);
    return then.known() && then != stamp_at(noted["id"].str());
}

std::optional<BackupInfo> noted_in(const Value& notes, const std::string& jail_key) {
    const Value& last = notes[member];
    if (!last.is_object() || is_gone(last)) return std::nullopt;
    return BackupInfo{last["id"].str(), jail_key, last["taken"].num(), static_cast<std::uint64_t>(last["size"].num()),
                      parse_grade(last["grade"].str()), last["verified"].num(), {}};
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
    for (const auto& record : BackupRecords(configuration, jail_key).all())
        if ((!newest || record.taken > newest->taken) && stands(record)) newest = info_of(record, jail_key);
    if (newest) apply_mark(configuration, *newest);
    return newest;
}

}  // namespace jailctl::backup
