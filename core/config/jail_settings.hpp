#pragma once

#include <string>
#include <vector>

#include "config/catalogue.hpp"
#include "config/config.hpp"
#include "config/entries.hpp"

namespace jailctl::core::config {

/// A variable that somebody wrote and nobody declared; judged when all files have been read.
struct Undeclared {
    std::string name;
    Position at;
    std::string jail;  ///< key of the one whose own file it stands in; empty: jails.conf
};

/// Turns what was assigned in one file into settings.
class SettingsReader {
public:
    SettingsReader(Script& script, const Catalogue& catalogue) : script_(script), catalogue_(catalogue) {}

    /// Declared defaults and jails.conf. ADDONS and BACKUPDIR follow JAIL_HOME.
    [[nodiscard]] Settings of_host();
    /// jails.d/<jail>.conf over `host`, for the jails that have such a file.
    void of_jails(std::vector<Jail>& jails, const Settings& host);
    /// Warns of variables that nobody declared and no assignment uses; those of the manual are errors.
    void judge_undeclared(Plugins plugins);

private:
    void take(const Environment& environment, Settings& settings, const std::string& jail);
    void check(const Variable& variable, const Assigned& assigned);
    void of_jail(Jail& jail, const std::filesystem::path& file);
    void warn_of_strays(const std::vector<std::string>& strays, const std::filesystem::path& directory);

    Script& script_;
    const Catalogue& catalogue_;
    std::vector<Undeclared> undeclared_;
};

}  // namespace jailctl::core::config
