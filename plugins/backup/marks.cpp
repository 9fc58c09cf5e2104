#include "marks.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "commands.hpp"
#include "jailctl/sdk/files.hpp"
#include "records.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

bool same(const Value& value, const BackupInfo& backup) {
    const std::string id = value["id"].str();
    if (!backup.id.starts_with('/')) return id == backup.id;
    return value["size"].num() == static_cast<std::int64_t>(backup.size) &&
           fs::path(id).filename() == fs::path(backup.id).filename();
}

/// The file of that name is there no more: nothing is left to be said of it.
bool gone(const Value& value) {
    const std::string id = value["id"].str();
    std::error_code none;
    return id.starts_with('/') && !fs::exists(id, none) && !none;
}

BackupMark from_value(const Value& value) {
    return {value["verified"].num(), value["booted"].num(), value["damaged"].num(), value["protect"].truth()};
}

Value to_mark_value(const BackupInfo& backup, const BackupMark& mark) {
    return Value::object()
        .set("id", backup.id)
        .set("size", backup.size)
        .set("verified", mark.verified)
        .set("booted", mark.booted)
        .set("damaged", mark.damaged)
        .set("protect", mark.protect);
}

BackupMark find(const Value& notes, const BackupInfo& backup) {
    for (const auto& value : notes["marks"].items())
        if (same(value, backup)) return from_value(value);
    return {};
}

void apply(BackupInfo& backup, const BackupMark& mark) {
    backup.verified = std::max(backup.verified, mark.verified);
    backup.booted = mark.booted;
    backup.protect = mark.protect;
    if (mark.damaged == 0) return;
    backup.verified = backup.booted = 0;
    if (backup.problem.empty()) backup.problem = "it was found damaged on " + describe_time(mark.damaged);
}

void alter_marks(const Configuration& configuration, const BackupInfo& backup, const BackupMark* mark) {
    alter_notes(configuration, backup.jail, [&](Value& document) {
        Value::Array marks = document["marks"].items();
        std::erase_if(marks, [&](const Value& value) { return same(value, backup) || gone(value); });
        if (mark != nullptr) marks.push_back(to_mark_value(backup, *mark));
        document.set("marks", std::move(marks));
    });
}

}  // namespace

BackupMark mark_of(const Configuration& configuration, const BackupInfo& backup) {
    return find(read_notes(configuration, backup.jail), backup);
}

void apply_mark(const Configuration& configuration, BackupInfo& backup) { apply(backup, mark_of(configuration, backup)); }

void set_mark(const Configuration& configuration, const BackupInfo& backup, const BackupMark& mark) {
    alter_marks(configuration, backup, &mark);
}

void set_protect(const Configuration& configuration, const BackupInfo& backup, bool on) {
    BackupMark mark = mark_of(configuration, backup);
    mark.protect = on;
    set_mark(configuration, backup, mark);
}

void forget_mark(const Configuration& configuration, const BackupInfo& backup) {
    if (!read_notes(configuration, backup.jail)["marks"].items().empty()) alter_marks(configuration, backup, nullptr);
}

std::vector<BackupInfo> list_marked(Invocation& invocation, BackupBackend& backend, const std::string& jail,
                                    const std::string& where) {
    auto backups = backend.list(invocation, jail, where);
    std::map<std::string, Value> notes;
    for (auto& backup : backups) {
        const auto at = notes.find(backup.jail);
        const Value& known = at != notes.end()
                                 ? at->second
                                 : notes.emplace(backup.jail, read_notes(invocation.configuration(), backup.jail)).first->second;
        apply(backup, find(known, backup));
    }
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
