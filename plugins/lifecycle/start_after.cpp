#include "start_after.hpp"

#include <algorithm>
#include <set>

#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* variable = "START_AFTER";

std::vector<JailName> names_in(const std::string& value) {
    std::vector<JailName> names;
    for (const auto& word : split_words(value)) names.emplace_back(word);
    return names;
}

/// Whether following START_AFTER from `name` leads to `goal`.
bool leads_to(const Configuration& configuration, const JailName& name, const JailName& goal,
              std::set<std::string>& seen) {
    const Jail* jail = configuration.find(name);
    if (jail == nullptr || !seen.insert(name.key()).second) return false;
    for (const JailName& other : started_before(configuration, *jail))
        if (other == goal || leads_to(configuration, other, goal, seen)) return true;
    return false;
}

/// For `config check`: names that are nobody's, and jails that wait for themselves in the end.
void tell_mistakes(Inspection& inspection) {
    const Configuration& configuration = inspection.invocation.configuration();
    for (const JailName& name : names_in(inspection.value))
        if (configuration.find(name) == nullptr)
            inspection.refuse({Errc::config, "there is no jail '" + escape_name(name.text()) + "' in JAILS"},
                              name.text());
    std::set<std::string> seen;
    const Jail* jail = inspection.jail;
    if (jail != nullptr && leads_to(configuration, jail->name, jail->name, seen))
        inspection.refuse(
            {Errc::config, jail->name.text() + " waits for itself in the end: 'start' of them at once is refused"});
}

}  // namespace

void declare_start_after(Registrar& host) {
    host.declare({variable, "names of jails that are started before this one and stopped after it", "", Scope::jail,
                  [](const std::string& value) { (void)names_in(value); }, tell_mistakes});
}

std::vector<JailName> started_before(const Configuration&, const Jail& jail) {
    if (jail.mistake) return {};  // its own file may have taken back what jails.conf says of all
    return names_in(jail.settings[variable].text);
}

std::vector<JailName> stopped_before(const Configuration& configuration, const Jail& jail) {
    std::vector<JailName> names;
    for (const Jail& other : configuration.jails) {
        const auto before = started_before(configuration, other);
        if (std::find(before.begin(), before.end(), jail.name) != before.end()) names.push_back(other.name);
    }
    return names;
}

}  // namespace jailctl::lifecycle
