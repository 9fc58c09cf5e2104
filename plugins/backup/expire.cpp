#include "expire.hpp"

#include <filesystem>
#include <map>

#include "archive_names.hpp"
#include "commands.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "last.hpp"
#include "marks.hpp"

namespace jailctl::backup {

namespace {

/// Of a jail that is in JAILS no more nothing new comes: the host may have rules of their own for such.
KeepRules rules_for(const Configuration& configuration, const std::string& jail_key, const Settings& settings) {
    const auto& of_deleted = configuration.settings["BACKUP_KEEP_DELETED"];
    const bool deleted = configuration.find(JailName(jail_key)) == nullptr;
    return parse_keep(deleted && of_deleted.is_set ? of_deleted.text : settings["BACKUP_KEEP"].text);
}

/// Of files alone: what other backends keep has no name of anybody's.
bool is_named_by_hand(const BackupInfo& backup) {
    const auto name = parse_archive_name(std::filesystem::path(backup.id).filename().string());
    return name && name->taken == 0;
}

}  // namespace

std::vector<Judged> judge_backups(Invocation& invocation, const std::string& jail_key, const Settings& settings) {
    const auto found = list_marked(invocation, backend_for(invocation, settings), jail_key, "");
    std::vector<Candidate> candidates;
    for (const auto& backup : found)
        candidates.push_back({.taken = backup.taken,
                              .verified = backup.verified != 0,
                              .booted = backup.booted != 0,
                              .protect = backup.protect,
                              .unusable = !backup.problem.empty(),
                              .foreign = backup.foreign,
                              .named = is_named_by_hand(backup)});
    auto verdicts = judge(rules_for(invocation.configuration(), jail_key, settings), candidates, unix_now());
    std::vector<Judged> judged;
    for (std::size_t i = 0; i < found.size(); ++i) judged.push_back({found[i], std::move(verdicts[i])});
    return judged;
}

void remove_backups(Invocation& invocation, BackupBackend& backend, const std::vector<BackupInfo>& backups,
                    const std::function<void(const BackupInfo& backup)>& gone) {
    std::map<std::string, const BackupInfo*> going;
    std::vector<std::string> ids;
    for (const auto& backup : backups) {
        // Somebody may have protected it since it was listed.
        if (mark_of(invocation.configuration(), backup).protect) continue;
        if (invocation.options().dry_run) {
            gone(backup);
            continue;
        }
        ids.push_back(backup.id);
        going[backup.id] = &backup;
    }
    if (ids.empty()) return;
    backend.remove_several(invocation, ids, [&](const std::string& id) {
        forget_mark(invocation.configuration(), *going.at(id));
        forget_last(invocation.configuration(), *going.at(id));
        invocation.log("removed backup " + escape_name(id));
        gone(*going.at(id));
    });
}

void expire_after_backup(Invocation& invocation, const Jail& jail) {
    if (invocation.options().dry_run || split_words(jail.settings["BACKUP_KEEP"].text).empty()) return;
    try {
        BackupBackend& backend = backend_for(invocation, jail.settings);
        std::vector<BackupInfo> going;
        for (const auto& [backup, verdict] : judge_backups(invocation, jail.name.key(), jail.settings))
            if (verdict.fate == Fate::remove) going.push_back(backup);
        remove_backups(invocation, backend, going, [&](const BackupInfo& backup) {
            invocation.console().info("removed " + escape_name(backup.id) + " (BACKUP_KEEP)");
        });
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        invocation.omission(std::string("older backups were not expired: ") + error.what());
    }
}

}  // namespace jailctl::backup
