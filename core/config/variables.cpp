#include <array>
#include <algorithm>

#include "config/config.hpp"
#include "config/paths.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

[[noreturn]] void refuse(const std::string& value, const std::string& reason, std::string hint) {
    Error error(Errc::invalid, '\'' + escape_name(value) + "' " + reason);
    error.with_hint(std::move(hint));
    throw error;
}

void check_path(const std::string& value) {
    if (const auto fault = path_fault(value))
        refuse(value, fault->what, fault->advice.empty() ? "write an absolute path without `..`" : fault->advice);
    if (normal_path(value) == "/") refuse(value, "is the root of the host", "write a directory of its own");
}

void check_directory_for_jails(const std::string& value) {
    check_path(value);
    const std::string path = normal_path(value);
    if (!system_tree_of(path).empty() || is_shared_directory(path))
        refuse(value, "is a directory of the system", "write a directory that holds nothing but jails");
}

void check_outside_system(const std::string& value) {
    check_path(value);
    const auto tree = system_tree_of(normal_path(value));
    if (!tree.empty())
        refuse(value, "lies in " + std::string(tree) + ", a directory of the system", "write another directory");
}

void check_level(const std::string& value) {
    constexpr std::array levels{"trace", "debug", "info", "warn", "error", "critical", "off"};
    if (std::find(levels.begin(), levels.end(), value) == levels.end())
        refuse(value, "is not a log level", "write trace, debug, info, warn, error, critical or off");
}

void check_preferences(const std::string& value) {
    for (const auto& word : split_words(value)) {
        const auto colon = word.find(':');
        if (colon == 0 || colon == std::string::npos || colon + 1 == word.size())
            refuse(word, "is not NAME:PLUGIN",
                   "write the command or service, a colon and the plugin that shall have it");
    }
}

void check_yes_no(const std::string& value) { (void)parse_yes_no(value); }
void check_seconds(const std::string& value) { (void)parse_seconds(value); }

}  // namespace

std::vector<Variable> core_variables() {
    const std::string state(platform::state_dir());
    const std::string run(platform::run_dir());
    return {
        {"JAILS", "the jails: name:address[,address...][:path] each", "", Scope::host, {}},
        {"JAIL_HOME", "directory where jails live", "/usr/local/jails", Scope::host, check_directory_for_jails},
        {"ADDONS", "directory with dellists, runme.sh and etc/ for new jails", "$JAIL_HOME/addons", Scope::host,
         check_path},
        {"BACKUPDIR", "directory where archives go", "$JAIL_HOME", Scope::host, check_outside_system},
        {"STATE_DIR", "directory of lasting state: ids, journals, records of backups and bases", state, Scope::host,
         check_path},
        {"RUN_DIR", "directory of running state: running jails, locks", run, Scope::host, check_path},
        {"LOG_FILE", "file that says what was done", "/var/log/jailctl.log", Scope::host, check_path},
        {"LOG_LEVEL", "trace, debug, info, warn, error, critical or off", "info", Scope::host, check_level},
        {"HOOK_TIMEOUT", "seconds a script of *_HOOKS may take (60, 90s, 5min; 0: no limit)", "60", Scope::host,
         check_seconds},
        {"PLUGIN_DISABLE", "names of plugins that are not loaded", "", Scope::host, {}},
        {"PLUGIN_REQUIRED", "names of plugins without which nothing may be changed", "", Scope::host, {}},
        {"PLUGIN_PREFER", "which plugin has a name that two register: NAME:PLUGIN each", "", Scope::host,
         check_preferences},
        {"PROTECT", "yes: the jail cannot be deleted", "no", Scope::jail, check_yes_no},
        {"AUTOSTART", "yes: the jail is started when the host boots", "yes", Scope::jail, check_yes_no},
    };
}

}  // namespace jailctl::core::config
