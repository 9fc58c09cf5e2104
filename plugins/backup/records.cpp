#include "records.hpp"

#include <algorithm>

#include "absent.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

constexpr const char* folder = "backups";
constexpr int newest_format = 1;

BackupRecord from_value(const Value& value) {
    return {value["file"].str(),  static_cast<std::uint64_t>(value["size"].num()),    value["sha256"].str(),
            value["taken"].num(), value["grade"].str("unknown"), static_cast<std::uint64_t>(value["changed"].num()),
            value["verified"].num(), stamp_in(value)};
}

Value to_value(const BackupRecord& record) {
    Value value = Value::object()
                      .set("file", record.file)
                      .set("size", record.size)
                      .set("sha256", record.sha256)
                      .set("taken", record.taken)
                      .set("grade", record.grade)
                      .set("changed", record.changed)
                      .set("verified", record.verified);
    return record.stamp.known() ? put_stamp(value, record.stamp) : value;
}

/// Whether a mark of the same document (marks.hpp) protects the file of that record.
bool is_protected(const Value& document, const Value& record) {
    const auto& marks = document["marks"].items();
    const FileStamp stamp = stamp_in(record);
    return std::any_of(marks.begin(), marks.end(), [&](const Value& mark) {
        const bool same = mark["id"].str() == record["file"].str() || (stamp.known() && stamp_in(mark) == stamp);
        return same && mark["protect"].truth();
    });
}

}  // namespace

BackupRecords::BackupRecords(const Configuration& configuration, std::string jail_key)
    : configuration_(configuration), key_(std::move(jail_key)) {}

std::vector<BackupRecord> BackupRecords::all() const {
    std::vector<BackupRecord> records;
    const Value document = read_notes(configuration_, key_);
    for (const auto& value : document["backups"].items()) records.push_back(from_value(value));
    return records;
}

bool BackupRecords::has(const std::filesystem::path& file, std::uint64_t size) const {
    const auto records = all();
    return std::any_of(records.begin(), records.end(), [&](const BackupRecord& record) {
        return record.size == size && std::filesystem::path(record.file).filename() == file.filename();
    });
}

void BackupRecords::add(const BackupRecord& record) const {
    alter_notes(configuration_, key_, [&](Value& document) {
        Value::Array backups = document["backups"].items();
        // A record whose file is replaced by this one says nothing any more. One whose file is not there may again.
        std::erase_if(backups, [&](const Value& value) {
            return value["file"].str() == record.file || (record.stamp.known() && stamp_in(value) == record.stamp);
        });
        bound_absent(backups, "file", [&](const Value& value) { return is_protected(document, value); });
        backups.push_back(to_value(record));
        document.set("backups", std::move(backups));
    });
}

void BackupRecords::set_verified(const BackupRecord& record, const std::string& file, const FileStamp& stamp,
                                 std::int64_t when) const {
    alter([&](Value::Array& backups) {
        for (auto& value : backups) {
            const BackupRecord known = from_value(value);
            if (known.sha256 != record.sha256 || (known.file != file && stands(known))) continue;
            put_stamp(value.set("file", file).set("verified", when), stamp);
        }
    });
}

void BackupRecords::forget(const std::string& file) const {
    alter([&](Value::Array& backups) {
        std::erase_if(backups, [&](const Value& value) { return value["file"].str() == file; });
    });
}

void BackupRecords::alter(const std::function<void(Value::Array&)>& change) const {
    alter_notes(configuration_, key_, [&](Value& document) {
        Value::Array backups = document["backups"].items();
        change(backups);
        document.set("backups", std::move(backups));
    });
}

namespace {

/// Taken for empty, it would say of a protected backup that nothing protects it.
void require_known_form(const Configuration& configuration, const std::string& jail_key, const Value& document) {
    const auto list_or_none = [&](const char* name) { return document[name].is_null() || document[name].is_array(); };
    const bool newer = document["format"].num() > newest_format;
    if (!newer && list_or_none("backups") && list_or_none("marks")) return;
    const auto file = StateDirectory::lasting(configuration).path() / folder / (jail_key + ".json");
    throw Error(Errc::damaged, file.string() + (newer ? " was written by a newer version of jailctl"
                                                      : " is damaged: its backups or marks are no list"))
        .with_hint(newer ? "use that version, or move the file away" : "repair it or move it away");
}

}  // namespace

Value read_notes(const Configuration& configuration, const std::string& jail_key) {
    Value document = StateDirectory::lasting(configuration).read(folder, jail_key).value_or(Value::object());
    require_known_form(configuration, jail_key, document);
    // A document that names no jail is of the time before it did.
    return document["jail"].str(jail_key) == jail_key ? document : Value::object();
}

void alter_notes(const Configuration& configuration, const std::string& jail_key,
                 const std::function<void(Value&)>& change) {
    StateDirectory::lasting(configuration).alter(folder, jail_key, newest_format, [&](Value& document) {
        if (document["jail"].str(jail_key) != jail_key) document = Value::object().set("format", newest_format);
        document.set("jail", jail_key);
        change(document);
    });
}

namespace {

/// Goes over all records until `take` says that it was that one. Those of a jail that cannot be read keep nobody from
/// those of the others. @return the error of the first of these
std::optional<Error> each_record(const Configuration& configuration,
                                 const std::function<bool(const std::string& jail, const BackupRecord& record)>& take) {
    std::optional<Error> unread;
    for (const auto& key : recorded_jails(configuration)) {
        std::vector<BackupRecord> records;
        try {
            records = BackupRecords(configuration, key).all();
        } catch (const Error& error) {
            if (!unread) unread.emplace(error);
            continue;
        }
        if (std::ranges::any_of(records, [&](const BackupRecord& record) { return take(key, record); })) return unread;
    }
    return unread;
}

}  // namespace

std::optional<FoundRecord> find_record(const Configuration& configuration, std::uint64_t size,
                                       const std::function<std::string()>& digest) {
    std::string known;
    std::optional<FoundRecord> found;
    const auto unread = each_record(configuration, [&](const std::string& key, const BackupRecord& record) {
        if (record.size != size || record.sha256.empty()) return false;
        if (known.empty()) known = digest();
        if (known != record.sha256) return false;
        found.emplace(key, record);
        return true;
    });
    if (found || !unread) return found;
    // Not "damaged": that is said of archives.
    throw Error(Errc::io, std::string("whether this host made it is not known: ") + unread->what())
        .with_hint(unread->hint());
}

bool may_be_recorded(const Configuration& configuration, std::uint64_t size) {
    bool possible = false;
    const auto unread = each_record(configuration, [&](const std::string&, const BackupRecord& record) {
        return possible = record.size == size && !record.sha256.empty();
    });
    return possible || unread;
}

bool stands(const BackupRecord& record) {
    const FileStamp now = stamp_at(record.file);
    return now.known() && (record.stamp.known() ? now == record.stamp : now.size == record.size);
}

const std::vector<BackupRecord>& KnownRecords::of(const std::string& jail) {
    const auto known = read_.find(jail);
    return known != read_.end() ? known->second
                                : read_.emplace(jail, BackupRecords(configuration_, jail).all()).first->second;
}

const std::vector<BackupRecord>& KnownRecords::of_readable(const std::string& jail) {
    try {
        return of(jail);
    } catch (const Error&) {
        return read_[jail];
    }
}

std::optional<FoundRecord> KnownRecords::find(const FileStamp& file, const std::string& jail) {
    const auto jails = jail.empty() ? recorded_jails(configuration_) : std::vector<std::string>{jail};
    for (const auto& key : jails)
        for (const auto& record : of_readable(key))
            if (record.stamp.known() && record.stamp == file) return FoundRecord{key, record};
    return {};
}

BackupInfo info_of(const BackupRecord& record, const std::string& jail_key) {
    return {record.file, jail_key, record.taken, record.size, parse_grade(record.grade), record.verified, {}};
}

bool is_recorded(const Configuration& configuration, const std::string& file) {
    bool recorded = false;
    (void)each_record(configuration, [&](const std::string&, const BackupRecord& record) {
        return recorded = record.file == file && stands(record);
    });
    return recorded;
}

void forget_record(const Configuration& configuration, const std::string& file) {
    std::vector<std::string> jails;
    (void)each_record(configuration, [&](const std::string& key, const BackupRecord& record) {
        if (record.file == file) jails.push_back(key);
        return false;
    });
    for (const auto& key : jails) BackupRecords(configuration, key).forget(file);
}

std::vector<std::string> recorded_jails(const Configuration& configuration) {
    return StateDirectory::lasting(configuration).list(folder);
}

}  // namespace jailctl::backup
