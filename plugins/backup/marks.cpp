#include "marks.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "absent.hpp"
#include "archive_info.hpp"
#include "commands.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

/// How far what was noted is true of a backup.
enum class Bearing {
    none,
    moved,  ///< the same archive, but another file: nothing is proven of it
    full,
};

Bearing bearing_of(const Value& value, const BackupInfo& backup, const FileStamp& now) {
    const std::string id = value["id"].str();
    const FileStamp then = stamp_in(value);
    if (then.known() && then == now) return Bearing::full;
    if (!now.known()) return !then.known() && id == backup.id ? Bearing::full : Bearing::none;
    if (then.size != now.size || fs::path(id).filename() != fs::path(backup.id).filename()) return Bearing::none;
    if (!then.known()) return Bearing::moved;  // of older times, when a name and a size were enough
    const std::string seal = value["seal"].str();
    const bool kept = then.modified == now.modified || (!seal.empty() && seal == seal_of(backup.id));
    return kept ? Bearing::moved : Bearing::none;
}

/// Whether a mark says nothing any more once `backup` gets one: it was its own.
bool superseded(const Value& value, const BackupInfo& backup, const FileStamp& now) {
    const std::string id = value["id"].str();
    const FileStamp then = stamp_in(value);
    if (id == backup.id) return true;
    return then.known() ? then == now : now.known() && bearing_of(value, backup, now) != Bearing::none;
}

BackupMark from_value(const Value& value) {
    return {value["verified"].num(), value["booted"].num(), value["damaged"].num(), value["protect"].truth()};
}

Value to_mark_value(const BackupInfo& backup, const BackupMark& mark) {
    Value value = Value::object()
                      .set("id", backup.id)
                      .set("size", backup.size)
                      .set("verified", mark.verified)
                      .set("booted", mark.booted)
                      .set("damaged", mark.damaged)
                      .set("protect", mark.protect);
    const FileStamp stamp = stamp_at(backup.id);
    if (!stamp.known()) return value;
    if (mark.protect) value.set("seal", seal_of(backup.id));
    return put_stamp(value, stamp);
}

BackupMark find(const Value& notes, const BackupInfo& backup) {
    BackupMark found;
    const FileStamp now = stamp_at(backup.id);
    for (const auto& value : notes["marks"].items()) {
        const Bearing bearing = bearing_of(value, backup, now);
        if (bearing == Bearing::full) return from_value(value);
        if (bearing == Bearing::moved && value["protect"].truth()) found.protect = true;
    }
    return found;
}

void apply(BackupInfo& backup, const BackupMark& mark) {
    backup.verified = std::max(backup.verified, mark.verified);
    backup.booted = mark.booted;
    backup.protect = mark.protect;
    if (mark.damaged == 0) return;
    backup.verified = backup.booted = 0;
    if (backup.problem.empty()) backup.problem = "it was found damaged on " + describe_time(mark.damaged);
}

void alter_marks(const Configuration& configuration, const BackupInfo& backup, const Value& mark) {
    const FileStamp now = stamp_at(backup.id);
    alter_notes(configuration, backup.jail, [&](Value& document) {
        Value::Array marks = document["marks"].items();
        std::erase_if(marks, [&](const Value& value) { return superseded(value, backup, now); });
        bound_absent(marks, "id",
                     [](const Value& value) { return value["protect"].truth() || !stamp_in(value).known(); });
        if (!mark.is_null()) marks.push_back(mark);
        document.set("marks", std::move(marks));
    });
}

}  // namespace

BackupMark mark_of(const Configuration& configuration, const BackupInfo& backup) {
    return find(read_notes(configuration, backup.jail), backup);
}

void apply_mark(const Configuration& configuration, BackupInfo& backup) {
    apply(backup, mark_of(configuration, backup));
}

void set_mark(const Configuration& configuration, const BackupInfo& backup, const BackupMark& mark) {
    alter_marks(configuration, backup, to_mark_value(backup, mark));
}

void set_protect(const Configuration& configuration, const BackupInfo& backup, bool on) {
    BackupMark mark = mark_of(configuration, backup);
    mark.protect = on;
    set_mark(configuration, backup, mark);
}

void forget_mark(const Configuration& configuration, const BackupInfo& backup) {
    if (!read_notes(configuration, backup.jail)["marks"].items().empty()) alter_marks(configuration, backup, {});
}

namespace {

/// Documents by jail; nothing for one that cannot be read.
class Notes {
public:
    using Unread = std::function<void(const std::string& jail, const Error& why)>;
    Notes(const Configuration& configuration, Unread unread)
        : configuration_(configuration),
          unread_(std::move(unread)) {}
    const std::optional<Value>& of(const std::string& jail) {
        if (const auto at = read_.find(jail); at != read_.end()) return at->second;
        std::optional<Value> notes;
        try {
            notes = read_notes(configuration_, jail);
        } catch (const Error& error) {
            unread_(jail, error);
        }
        return read_.emplace(jail, std::move(notes)).first->second;
    }

private:
    const Configuration& configuration_;
    Unread unread_;
    std::map<std::string, std::optional<Value>> read_;
};

}  // namespace

std::vector<BackupInfo> list_marked(Invocation& invocation, BackupBackend& backend, const std::string& jail,
                                    const std::string& where, const Notes::Unread& unread) {
    auto backups = backend.list(invocation, jail, where);
    Notes notes(invocation.configuration(), [&](const std::string& whose, const Error& why) {
        if (!jail.empty()) throw Error(why);
        if (unread) unread(whose, why);
        else invocation.omission("backups of jail " + whose + ": " + why.what());
    });
    std::erase_if(backups, [&](BackupInfo& backup) {
        const auto& known = notes.of(backup.jail);
        if (known) apply(backup, find(*known, backup));
        return !known;
    });
    return backups;
}

BackupInfo verify_marked(Invocation& invocation, BackupBackend& backend, const BackupInfo& known) {
    const bool record = !invocation.options().dry_run;
    const Configuration& configuration = invocation.configuration();
    try {
        BackupInfo info = backend.verify(invocation, known.id);
        BackupMark mark = mark_of(configuration, info);
        mark.verified = info.verified;
        mark.damaged = 0;
        if (record) set_mark(configuration, info, mark);
        // A copy under a name of its own is listed by that.
        if (record && !known.jail.empty() && known.jail != info.jail) {
            BackupInfo listed = info;
            listed.jail = known.jail;
            set_mark(configuration, listed, mark);
        }
        apply(info, mark);
        return info;
    } catch (const Error& error) {
        if (error.code() != Errc::damaged || !record || known.jail.empty()) throw;
        BackupMark mark = mark_of(configuration, known);
        mark.damaged = unix_now();
        set_mark(configuration, known, mark);
        throw;
    }
}

}  // namespace jailctl::backup
