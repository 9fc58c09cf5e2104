#include "choice.hpp"

#include <algorithm>
#include <filesystem>

#include "archive_names.hpp"
#include "commands.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {

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

}  // namespace jailctl::backup
