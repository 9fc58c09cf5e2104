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

/// Why `jail` cannot do without it, if it cannot. A defect is a sentence about the plugin, not about the variable.
std::optional<Error> missing_in(const Jail& jail, const Variable& variable) {
    if (jail.settings[variable.name].is_set) return std::nullopt;
    try {
        variable.require(jail);
    } catch (const Error& error) {
        if (error.code() != Errc::internal) return error;
        return Error(error.code(), variable.name + ": " + error.what()).with_hint(error.hint());
    }
    return std::nullopt;
}

/// One jail that cannot do without a variable is enough to say so, unless its own file has it need it. Of one whose
/// file has a mistake nobody knows.
void require_variable(Script& script, const Configuration& configuration, const Variable& variable) {
    for (const Jail& jail : configuration.jails) {
        if (failed(concerning(script.diagnostics, jail.name.key()))) continue;
        const auto missing = missing_in(jail, variable);
        if (!missing) continue;
        Jail without_own_file = jail;
        without_own_file.settings = configuration.settings;
        const bool by_own_file = !missing_in(without_own_file, variable);
        refuse_file(script, missing->what(), missing->hint());
        if (!by_own_file) return;
        script.diagnostics.back().origin.file = configuration.settings_file(jail.name).string();
        script.diagnostics.back().jail = jail.name.key();
    }
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
    for (const Variable& variable : declared)
        if (variable.require) require_variable(script, configuration, variable);
}

/// The first error of each jail's own file. Others read START_AFTER and FORWARD of all jails: only what was checked.
void mark_mistaken_jails(Resolution& resolution) {
    for (Jail& jail : resolution.configuration.jails) {
        const auto own = concerning(resolution.diagnostics, jail.name.key());
        if (!failed(own)) continue;
        jail.mistake = std::make_shared<const Error>(as_error(own));
        jail.settings = resolution.configuration.settings;
    }
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
    if (!resolution.usable()) resolution.configuration.jails.clear();
    if (!resolution.ok()) mark_mistaken_jails(resolution);
    return resolution;
}

}  // namespace jailctl::core::config
