#include "choice.hpp"

#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {

void prefer_own(std::vector<BackupInfo>& backups) {
    std::stable_partition(backups.begin(), backups.end(), [](const BackupInfo& backup) { return backup.foreign; });
}

BackupInfo newest_usable(Invocation& invocation, BackupBackend& backend, const std::string& key) {
    auto found = list_marked(invocation, backend, key, "");
    prefer_own(found);
    for (auto at = found.rbegin(); at != found.rend(); ++at)
        if (at->problem.empty()) return *at;
    Error none(Errc::not_found, found.empty() ? "there is no backup of jail " + key : "there is no good backup of jail " + key);
    if (!found.empty()) none.with_hint("'jailctl backups " + key + "' names what is wrong with those there are");
    throw none.with_jail(key);
}

ChosenBackup choose_backup(Invocation& invocation, const std::string& word) {
    const auto& configuration = invocation.configuration();
    if (word.find('/') != std::string::npos)
        return {&backend_for(invocation, configuration.settings), std::filesystem::absolute(word).lexically_normal().string()};
    const std::string key = JailName(word).key();
    BackupBackend& backend = backend_for(invocation, settings_for(configuration, key));
    return {&backend, newest_usable(invocation, backend, key).id};
}

}  // namespace jailctl::backup
