#include "config/jail_settings.hpp"

#include <algorithm>

#include "config/parser.hpp"
#include "config/paths.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

/// Names of jails.d that are read as settings of a jail, sorted.
std::vector<std::string> configuration_names(std::vector<std::string> names) {
    const auto other = [](const std::string& name) { return name.front() == '.' || !name.ends_with(settings_suffix); };
    names.erase(std::remove_if(names.begin(), names.end(), other), names.end());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

void SettingsReader::check(const Variable& variable, const Assigned& assigned) {
    if (!variable.check) return;
    try {
        variable.check(assigned.value.text());
    } catch (const Error& error) {
        const std::string advice = error.hint().empty() ? variable.help : error.hint();
        script_.add(Severity::error, assigned.at(0), variable.name + ": " + error.what(), advice);
    }
}

void SettingsReader::take(const Environment& environment, Settings& settings, const std::string& jail) {
    for (const auto& [name, assigned] : environment.variables()) {
        settings.set(name, {assigned.value.text(), script_.sources.origin(assigned.name), true});
        const Variable* variable = catalogue_.find(name);
        if (variable == nullptr) {
            undeclared_.push_back({name, assigned.name, jail});
        } else if (!jail.empty() && variable->scope == Scope::host) {
            script_.add(Severity::error, assigned.name, name + " is for the host as a whole",
                        "it may stand in " + script_.file.filename().string() + " only");
        } else {
            check(*variable, assigned);
        }
    }
}

Settings SettingsReader::of_host() {
    Settings settings;
    for (const auto& [name, variable] : catalogue_.variables())
        settings.set(std::string(name), {variable->default_text, {}, false});
    take(script_.environment, settings, {});
    const std::string home = normal_path(settings["JAIL_HOME"].text);
    if (!settings["ADDONS"].is_set) settings.set("ADDONS", {home + "/addons", {}, false});
    if (!settings["BACKUPDIR"].is_set) settings.set("BACKUPDIR", {home, {}, false});
    return settings;
}

void SettingsReader::of_jail(Jail& jail, const std::filesystem::path& file) {
    const std::size_t before = script_.diagnostics.size();
    Environment environment(&script_.environment);
    Parser(script_, environment).parse_file(file);
    take(environment, jail.settings, jail.name.key());
    for (std::size_t i = before; i < script_.diagnostics.size(); ++i) script_.diagnostics[i].jail = jail.name.key();
    const auto used_here = [&](const Undeclared& variable) { return environment.used(variable.name); };
    undeclared_.erase(std::remove_if(undeclared_.begin(), undeclared_.end(), used_here), undeclared_.end());
    script_.of_jails.insert_or_assign(jail.name.text(), std::move(environment));
}

void SettingsReader::of_jails(std::vector<Jail>& jails, const Settings& host) {
    for (auto& jail : jails) jail.settings = host;
    const auto directory = settings_directory(script_.file);
    std::optional<std::vector<std::string>> listed;
    try {
        listed = script_.files->list(directory);
    } catch (const Error& error) {
        script_.diagnostics.push_back(
            {Severity::error, {directory.string(), 0, 0}, error.what(), error.hint(), {}, {}});
    }
    if (!listed) return;
    for (const auto& jail : jails)
        if (std::ranges::find(*listed, jail.name.text()) != listed->end())
            script_.diagnostics.push_back({Severity::warning, {(directory / jail.name.text()).string(), 0, 0},
                                           "is not read: its name does not end in .conf",
                                           "rename it to " + settings_name(jail.name), {}, {}});
    std::vector<std::string> strays = configuration_names(std::move(*listed));
    for (auto& jail : jails) {
        const std::string name = settings_name(jail.name);
        const auto found = std::lower_bound(strays.begin(), strays.end(), name);
        if (found == strays.end() || *found != name) continue;
        of_jail(jail, directory / name);
        strays.erase(found);
    }
    warn_of_strays(strays, directory);
}

void SettingsReader::warn_of_strays(const std::vector<std::string>& strays, const std::filesystem::path& directory) {
    for (const auto& name : strays)
        script_.diagnostics.push_back({Severity::warning,
                                       {(directory / name).string(), 0, 0},
                                       "belongs to no jail of JAILS and is not read",
                                       "name it as the jail is written in JAILS",
                                       {},
                                       {}});
}

void SettingsReader::judge_undeclared(Plugins plugins) {
    for (const auto& [name, at, jail] : undeclared_) {
        if (is_documented(name)) {
            const bool complete = plugins == Plugins::complete;
            const std::size_t before = script_.diagnostics.size();
            script_.add(complete ? Severity::error : Severity::warning, at,
                        name + (complete ? " is not supported by this version"
                                         : " is not acted on: its plugin is not loaded"),
                        "remove the line; nothing would act on it");
            if (script_.diagnostics.size() > before) script_.diagnostics.back().jail = jail;  // no warning too many
            continue;
        }
        if (script_.environment.used(name)) continue;
        const std::string near = catalogue_.nearest_to(name);
        script_.add(Severity::warning, at, name + " is unknown and no other assignment uses it",
                    near.empty() ? "the names are in jails.conf(5)" : "did you mean " + near + '?');
    }
}

}  // namespace jailctl::core::config
