#include <algorithm>
#include <fcntl.h>

#include "builtin/builtin.hpp"
#include "builtin/inspect_parents.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/inspection.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/text.hpp"
#include "plugins/names.hpp"
#include "run/runner.hpp"

namespace jailctl::core {
namespace {

/// A word that names no plugin of the directory is a mistake that no command tells.
void doubt_unless_known(const Host& host, Inspection& inspection, const std::string& plugin, const std::string& word) {
    if (const auto unknown = unknown_plugin(host.plugins, plugin)) inspection.doubt(*unknown, word);
}

void inspect_disabled(const Host& host, Inspection& inspection) {
    for (const auto& word : split_words(inspection.value)) doubt_unless_known(host, inspection, word, word);
}

void inspect_preferred(const Host& host, Inspection& inspection) {
    for (const auto& word : split_words(inspection.value))
        doubt_unless_known(host, inspection, word.substr(word.rfind(':') + 1), word);
}

void inspect_required(const Host& host, Inspection& inspection) {
    for (const auto& word : split_words(inspection.value))
        inspection.attempt([&] { require_plugin(host, word); }, word);
}

/// The files in it, which the plugins know that read them.
void look_into_addons(Inspection& inspection) {
    if (inspection.jail != nullptr || !inspection.objections().empty()) return;
    // It has no value where a mistake kept the settings from being put together, and that is told.
    if (inspection.invocation.configuration().settings["ADDONS"].text.empty()) return;
    const Leases looked = inspection.invocation.hooks().fire(AddonsInspection{inspection});
}

/// Without the directory create and upgrade go on: there is nothing for them in it.
void inspect_addons(Inspection& inspection) {
    inspection.attempt([&] {
        if (find_trusted(inspection.value, Trust::root, O_PATH | O_DIRECTORY)) return;
        inspection.doubt(Error(Errc::not_found, "there is no directory " + escape_name(inspection.value) +
                                                    ": new jails get no dellists, no runme.sh and no etc from it"));
    });
    look_into_addons(inspection);
}

/// An ADDONS that nobody wrote has no place of its own in the file: what is in it is told of the JAIL_HOME
/// it lies in, else of JAILS.
void inspect_home_and_addons(Inspection& inspection) {
    inspect_home(inspection);
    if (!inspection.invocation.configuration().settings["ADDONS"].is_set) look_into_addons(inspection);
}

void inspect_entry_and_addons(Inspection& inspection) {
    inspect_entry(inspection);
    const Settings& settings = inspection.invocation.configuration().settings;
    if (!settings["ADDONS"].is_set && !settings["JAIL_HOME"].is_set) look_into_addons(inspection);
}

/// One that is not there yet is made when it is needed.
void inspect_backupdir(Inspection& inspection) {
    inspection.attempt([&] {
        if (!find_trusted(inspection.value, Trust::root, O_PATH | O_DIRECTORY)) return;
        require_outside_roots(inspection.invocation.configuration(), inspection.value,
                              "keep backups where no jail can write");
    });
}

Variable inspected(std::string_view name, std::function<void(Inspection&)> inspect) {
    auto variables = config::core_variables();
    auto& variable = *std::find_if(variables.begin(), variables.end(),
                                   [&](const Variable& one) { return one.name == name; });
    variable.inspect = std::move(inspect);
    return std::move(variable);
}

}  // namespace

std::vector<Variable> own_inspections(const Host& host) {
    std::vector<Variable> all{inspected("ADDONS", inspect_addons), inspected("JAIL_HOME", inspect_home_and_addons),
                              inspected("JAILS", inspect_entry_and_addons), inspected("BACKUPDIR", inspect_backupdir)};
    if (host.globals.no_plugins) return all;
    // What is required and refused, or not there, ends every command that changes something,
    // wherever it was looked for.
    all.push_back(
        inspected("PLUGIN_REQUIRED", [&host](Inspection& inspection) { inspect_required(host, inspection); }));
    // Without the installed plugins every name would be unknown.
    if (!host.globals.plugin_dir.empty() || !host.plugins.directory_problem.empty()) return all;
    all.push_back(inspected("PLUGIN_DISABLE", [&host](Inspection& inspection) { inspect_disabled(host, inspection); }));
    all.push_back(inspected("PLUGIN_PREFER", [&host](Inspection& inspection) { inspect_preferred(host, inspection); }));
    return all;
}

}  // namespace jailctl::core
