#include <algorithm>

#include "config/catalogue.hpp"
#include "config/config.hpp"
#include "config/entries.hpp"
#include "config/jail_settings.hpp"
#include "config/script.hpp"

namespace jailctl::core::config {

namespace {

void refuse_file(Script& script, std::string sentence, std::string advice) {
    script.diagnostics.push_back(
        {Severity::error, {script.file.string(), 0, 0}, std::move(sentence), std::move(advice), {}, {}});
}

std::vector<Jail> jails_of(const Script& script, std::vector<Entry> entries) {
    std::vector<Jail> jails;
    jails.reserve(entries.size());
    for (auto& entry : entries)
        jails.push_back({std::move(entry.name), std::move(entry.addresses), std::move(entry.root), {},
                         script.sources.origin(entry.at)});
    return jails;
}

/// IF is needed as soon as one jail is routed.
void require_interface(Script& script, const Configuration& configuration) {
    if (configuration.settings["IF"].is_set) return;
    const auto networked = [](const Jail& jail) {
        const std::string& network = jail.settings["NETWORK"].text;
        return network != "none" && network != "host" && !network.starts_with("bridge:");
    };
    const auto first = std::find_if(configuration.jails.begin(), configuration.jails.end(), networked);
    if (first == configuration.jails.end()) return;
    refuse_file(script, "IF is not set, and " + first->name.text() + " joins a network",
                "name the interface, as IF=\"eth0\"; only jails with NETWORK=bridge:NAME, host or none do without");
}

void fill(Script& script, const std::vector<Variable>& declared, Plugins plugins, Configuration& configuration) {
    const Catalogue catalogue(declared);
    SettingsReader reader(script, catalogue);
    configuration.settings = reader.of_host();
    const Assigned* jails = script.environment.find("JAILS");
    if (jails == nullptr) {
        refuse_file(script, "JAILS is not set", "list the jails: JAILS=\"name:address ...\", or JAILS=\"\" for none");
        return;
    }
    auto entries = read_entries(script, *jails, configuration.settings["JAIL_HOME"].text);
    check_layout(script, entries, configuration.settings);
    configuration.jails = jails_of(script, std::move(entries));
    reader.of_jails(configuration.jails, configuration.settings);
    reader.judge_undeclared(plugins);
    require_interface(script, configuration);
}

}  // namespace

Resolution resolve(const Draft& draft, const std::vector<Variable>& declared, Plugins plugins) {
    Script& script = draft.script();
    Resolution resolution;
    resolution.configuration.file = script.file;
    const std::size_t parsed = script.diagnostics.size();
    if (draft.ok()) fill(script, declared, plugins, resolution.configuration);
    resolution.diagnostics = script.diagnostics;
    script.diagnostics.resize(parsed);  // a second resolve starts from the draft again
    if (!resolution.ok()) resolution.configuration.jails.clear();
    return resolution;
}

}  // namespace jailctl::core::config
