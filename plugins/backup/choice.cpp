#include "choice.hpp"

#include <algorithm>
#include <filesystem>

#include "archive_names.hpp"
#include "commands.hpp"
#include "jailctl/sdk/text.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {
namespace {

/// Why a backup is not good; empty if it is. The newest is no choice if an older one is the newest good one.
std::string problem_of(Invocation& invocation, BackupBackend& backend, const BackupInfo& backup) {
    try {
        (void)verify_marked(invocation, backend, backup);
        return {};
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        return error.what();
    }
}

}  // namespace

JailName jail_named(const std::string& word) {
    try {
        return JailName(word);
    } catch (const Error& error) {
        std::error_code none;
        if (!format_of(word) && !std::filesystem::exists(word, none)) throw Error(Errc::usage, error.what());
        throw neither_jail_nor_path(word);
    }
}

void require_known_place(const Jail& jail) {
    if (jail.mistake)
        throw Error(Errc::config, "the backups of jail " + jail.name.text() +
                                      " are left alone: where they are, and which are kept, is not known while its "
                                      "own file has a mistake")
            .with_jail(jail.name.text())
            .with_hint("'jailctl config check' tells it, and what to write instead");
}

Error no_backup_of(const Configuration& configuration, const std::string& key) {
    const bool listed = configuration.find(JailName(key)) != nullptr;
    return Error(Errc::not_found, "there is no backup of jail " + key)
        .with_jail(key)
        .with_hint((listed ? "'jailctl backup " + key + "' makes one, " : std::string{}) +
                   "'jailctl backups' lists those there are");
}

void prefer_own(std::vector<BackupInfo>& backups) {
    std::stable_partition(backups.begin(), backups.end(), [](const BackupInfo& backup) { return backup.foreign; });
}

BackupInfo newest_usable(Invocation& invocation, BackupBackend& backend, const std::string& key) {
    auto found = list_marked(invocation, backend, key, "");
    prefer_own(found);
    for (auto at = found.rbegin(); at != found.rend(); ++at)
        if (at->problem.empty()) return *at;
    if (found.empty()) throw no_backup_of(invocation.configuration(), key);
    throw Error(Errc::not_found, "there is no good backup of jail " + key)
        .with_jail(key)
        .with_hint("'jailctl backups " + key + "' names what is wrong with those there are");
}

std::string backup_id(const Configuration& configuration, const std::string& word) {
    const auto file = std::filesystem::absolute(word).lexically_normal();
    std::error_code unreadable;
    const bool archives = configuration.settings["BACKUP_BACKEND"].text == "archive";
    return archives || std::filesystem::exists(file, unreadable) ? file.string() : word;
}

ChosenBackup choose_backup(Invocation& invocation, const std::string& word) {
    const auto& configuration = invocation.configuration();
    if (word.find('/') != std::string::npos)
        return {&backend_for(invocation, configuration.settings), backup_id(configuration, word)};
    const JailName name = jail_named(word);
    if (const Jail* jail = configuration.find(name)) require_no_mistake(*jail);
    const std::string key = name.key();
    BackupBackend& backend = backend_for(invocation, settings_for(configuration, key));
    return {&backend, newest_usable(invocation, backend, key).id};
}

bool names_backup(const std::optional<std::string>& path) {
    return path && !path->ends_with('/') && !std::filesystem::is_directory(*path);
}

std::string choose_to_restore(Invocation& invocation, BackupBackend& backend, const Jail& jail) {
    const auto& path = invocation.path();
    if (path == "-") throw Error(Errc::usage, "restore reads a file, not standard input: it must be readable twice");
    if (names_backup(path)) return backup_id(invocation.configuration(), *path);
    auto found = list_marked(invocation, backend, jail.name.key(), path.value_or(""));
    prefer_own(found);
    for (auto at = found.rbegin(); at != found.rend(); ++at) {
        // The last one left is taken as it is: unpacking says what is wrong with it.
        BackupInfo backup = *at;
        if (backup.problem.empty() && std::next(at) != found.rend())
            backup.problem = problem_of(invocation, backend, backup);
        if (backup.problem.empty()) return backup.id;
        invocation.console().warn(escape_name(backup.id) + " is left out: " + problem_beside_name(backup));
    }
    const bool in_directory = path || jail.settings["BACKUP_BACKEND"].text == "archive";
    const std::string where = in_directory ? " in " + path.value_or(jail.settings["BACKUPDIR"].text) : std::string{};
    if (!found.empty())
        throw Error(Errc::not_found, "there is no good backup of jail " + jail.name.text() + where)
            .with_hint("'jailctl backups' names what is wrong with those there are");
    throw Error(Errc::not_found, "there is no backup of jail " + jail.name.text() + where)
        .with_hint(std::string(in_directory ? "name the file or directory, if it is elsewhere; " : "") +
                   "'jailctl backups' lists those there are");
}

}  // namespace jailctl::backup
