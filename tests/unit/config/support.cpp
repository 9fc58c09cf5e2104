#include "support.hpp"

namespace jailctl::core::config::test {

std::string FakeFiles::read(const std::filesystem::path& file) {
    const auto found = files_.find(file.string());
    if (found == files_.end())
        throw Error(Errc::not_found, "cannot open " + file.string() + ": No such file or directory");
    return found->second;
}

std::optional<std::vector<std::string>> FakeFiles::list(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (const auto& [name, text] : files_) {
        const std::filesystem::path path(name);
        if (path.parent_path() == directory) names.push_back(path.filename().string());
    }
    if (names.empty()) return std::nullopt;
    return names;
}

std::optional<std::string> FakeFiles::home(std::string_view user) {
    if (user.empty() || user == "root") return "/root";
    if (user == "www") return "/srv/www";
    return std::nullopt;
}

Draft parse_text(const std::string& text, std::map<std::string, std::string> others) {
    others[main_file] = text;
    return {main_file, std::make_unique<FakeFiles>(std::move(others))};
}

std::vector<Variable> plugin_variables() {
    const auto number = [](const std::string& value) { (void)parse_number(value, 1, 100000); };
    const auto routed = [](const Jail& jail) {
        if (jail.settings["NETWORK"].text == "routed")
            throw Error(Errc::config, "IF is not set, and " + jail.name.text() + " joins a network");
    };
    return {{"IF",
             "interface",
             "",
             Scope::host,
             [](const std::string& v) {
                 if (v.empty() || v.size() > 15)
                     throw Error(Errc::invalid, "'" + v + "' is not the name of an interface");
             },
             {},
             routed},
            {"PIDS", "most processes of a jail", "4096", Scope::jail, number},
            {"NETWORK", "routed, host or none", "routed", Scope::jail, {}},
            {"RC_CONF", "words for rc.conf", "", Scope::jail, [](const std::string& v) { (void)split_assignments(v); }},
            {"NAMESERVER", "resolvers", "", Scope::jail, {}},
            {"BACKUP_EXCLUDE", "patterns", "", Scope::jail, {}},
            {"BASE", "what a new jail is made of", "busybox", Scope::jail, {}}};
}

Resolution resolve_text(const std::string& text, std::map<std::string, std::string> others, Plugins plugins) {
    return resolve(parse_text(text, std::move(others)), plugin_variables(), plugins);
}

std::shared_ptr<const Error> mistake_of(const Resolution& resolution, const JailName& jail) {
    const Jail* found = resolution.configuration.find(jail);
    return found != nullptr ? found->mistake : nullptr;
}

std::string texts(const std::vector<Diagnostic>& diagnostics) {
    std::string all;
    for (const auto& diagnostic : diagnostics) all += diagnostic.text() + '\n';
    return all;
}

std::string with_jails(const std::string& jails) { return "IF=em0\nJAILS=\"" + jails + "\"\n"; }

}  // namespace jailctl::core::config::test
