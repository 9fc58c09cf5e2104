#include "config/catalogue.hpp"

#include <algorithm>
#include <array>

#include "config/config.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

constexpr auto documented = std::to_array<std::string_view>({
    "JAILS",          "IF",              "JAIL_HOME",     "ADDONS",         "BACKUPDIR",     "BACKUP_EXCLUDE",
    "RC_CONF",        "NAMESERVER",      "BASE",          "STORAGE",        "NETWORK",       "BACKUP_BACKEND",
    "BACKUP_FORMAT",  "BACKUP_LEVEL",    "BACKUP_WARM",   "BACKUP_KEEP",    "START_COMMAND", "STOP_TIMEOUT",
    "BACKUP_MAX_AGE",
    "STOP_SIGNAL",    "START_AFTER",     "AUTOSTART",     "PROTECT",        "MEMORY",        "CPUS",
    "PIDS",           "IO_WEIGHT",       "STATE_DIR",     "RUN_DIR",        "USERNS",        "CAPABILITIES",
    "MOUNTS",         "DEVICES",         "HOOK_TIMEOUT",  "PLUGIN_DISABLE", "PLUGIN_REQUIRED", "PLUGIN_PREFER",
    "LOG_FILE",       "LOG_LEVEL",       "PROVISION_TIMEOUT", "READY_COMMAND", "READY_TIMEOUT",
    "NAT",            "FORWARD",         "GATEWAY",       "RATE",           "HOSTS",         "BACKUP_QUIESCE",
    "BACKUP_RESUME",   "BACKUP_QUIESCE_TIMEOUT", "BACKUP_FREEZE_LIMIT",
    "BACKUP_KEEP_DELETED",
    "RESTIC_REPOSITORY", "RESTIC_PASSWORD_FILE", "RESTIC_ENVIRONMENT_FILE", "RESTIC_OPTIONS", "RESTIC_READ_BACK",
    "RESTIC_HOLES"});

constexpr std::array<std::string_view, 8> hooked{"STATUS", "START",  "STOP",    "CREATE",
                                                "DELETE", "BACKUP", "RESTORE", "UPGRADE"};

bool is_hook(std::string_view name) noexcept {
    for (const std::string_view when : {"BEFORE", "AFTER"}) {
        if (!name.starts_with(when) || !name.ends_with("_HOOKS")) continue;
        const auto command = name.substr(when.size(), name.size() - when.size() - 6);
        if (std::find(hooked.begin(), hooked.end(), command) != hooked.end()) return true;
    }
    return false;
}

}  // namespace

Catalogue::Catalogue(const std::vector<Variable>& declared) : own_(core_variables()) {
    for (const auto& variable : own_) variables_.emplace(variable.name, &variable);
    for (const auto& variable : declared) variables_.emplace(variable.name, &variable);
}

const Variable* Catalogue::find(std::string_view name) const noexcept {
    const auto found = variables_.find(name);
    return found != variables_.end() ? found->second : nullptr;
}

std::string Catalogue::nearest_to(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& [declared, variable] : variables_) names.emplace_back(declared);
    return nearest(name, names);
}

bool is_documented(std::string_view name) noexcept {
    return std::find(documented.begin(), documented.end(), name) != documented.end() || is_hook(name);
}

std::vector<std::string> documented_names() {
    std::vector<std::string> names(documented.begin(), documented.end());
    for (const std::string_view command : hooked)
        for (const char* when : {"BEFORE", "AFTER"}) names.push_back(when + std::string(command) + "_HOOKS");
    return names;
}

}  // namespace jailctl::core::config
