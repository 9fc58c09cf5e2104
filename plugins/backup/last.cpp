#include "last.hpp"

#include <algorithm>

#include "jailctl/sdk/text.hpp"
#include "marks.hpp"
#include "records.hpp"

namespace jailctl::backup {
namespace {

constexpr const char* member = "last";
/// Those before it that are in a repository: of archives there are records. Newest first.
constexpr const char* earlier_member = "earlier";
constexpr std::size_t most_earlier = 64;

std::string another_size(const BackupInfo& info, std::uint64_t size) {
    return escape_name(info.id) + " is of " + std::to_string(size) + " bytes, and was made of " +
           std::to_string(info.size);
}

/// Whether there still is what a stamp was noted of; of a file that was altered since, or another one in its place,
/// nothing is proven. What no file was noted of is in a repository.
bool there_is(BackupInfo& info, const FileStamp& then) {
    const FileStamp now = stamp_at(info.id);
    if (!now.known() || now == then) return now.known() || !then.known();
    if (!then.known() && now.size == info.size) return true;  // noted in older times, when a size was enough
    if (now.size != info.size) info.problem = another_size(info, now.size);
    info.size = now.size;
    info.verified = 0;
    return true;
}

std::optional<BackupInfo> info_in(const Value& last, const std::string& jail_key) {
    if (!last.is_object()) return std::nullopt;
    BackupInfo info{last["id"].str(), jail_key, last["taken"].num(), static_cast<std::uint64_t>(last["size"].num()),
                    parse_grade(last["grade"].str()), last["verified"].num(), {}};
    return there_is(info, stamp_in(last)) ? std::optional(std::move(info)) : std::nullopt;
}

/// Newest first.
std::vector<BackupInfo> all_noted(const Configuration& configuration, const std::string& jail_key) {
    std::vector<BackupInfo> found;
    const Value notes = read_notes(configuration, jail_key);
    if (auto last = info_in(notes[member], jail_key)) found.push_back(std::move(*last));
    for (const Value& one : notes[earlier_member].items())
        if (auto earlier = info_in(one, jail_key)) found.push_back(std::move(*earlier));
    for (const auto& record : BackupRecords(configuration, jail_key).all()) {
        BackupInfo info = info_of(record, jail_key);
        if (stamp_at(info.id).known() && there_is(info, record.stamp)) found.push_back(std::move(info));
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &BackupInfo::taken);
    return found;
}

/// With what is marked of it. An archive of another size that was proven since is another one, and good.
BackupInfo judged(const Configuration& configuration, BackupInfo info) {
    if (mark_of(configuration, info).verified != 0) info.problem.clear();
    apply_mark(configuration, info);
    return info;
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
    alter_notes(configuration, backup.jail, [&](Value& document) {
        Value::Array earlier = document[earlier_member].items();
        const Value before = document[member];
        if (before.is_object() && !stamp_in(before).known()) earlier.insert(earlier.begin(), before);
        std::erase_if(earlier, [&](const Value& one) { return one["id"].str() == backup.id; });
        if (earlier.size() > most_earlier) earlier.resize(most_earlier);
        document.set(earlier_member, Value(std::move(earlier)));
        document.set(member, last);
    });
}

void forget_last(const Configuration& configuration, const BackupInfo& backup) {
    const auto is_it = [&](const Value& one) { return one["id"].str() == backup.id; };
    const Value notes = read_notes(configuration, backup.jail);
    if (!is_it(notes[member]) && std::ranges::none_of(notes[earlier_member].items(), is_it)) return;
    alter_notes(configuration, backup.jail, [&](Value& document) {
        Value::Array earlier = document[earlier_member].items();
        std::erase_if(earlier, is_it);
        document.set(earlier_member, Value(std::move(earlier)));
        if (is_it(document[member])) document.set(member, Value{});
    });
}

std::optional<BackupInfo> last_noted(const Configuration& configuration, const std::string& jail_key,
                                     JailBackup::Which which) {
    for (const auto& noted : all_noted(configuration, jail_key)) {
        BackupInfo info = judged(configuration, noted);
        if (which == JailBackup::Which::any || info.problem.empty()) return info;
    }
    return std::nullopt;
}

}  // namespace jailctl::backup
