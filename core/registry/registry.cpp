#include "registry/registry.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "plugins/guard.hpp"

namespace jailctl::core {
namespace {

using Claims = std::map<std::string, std::vector<std::string>>;  // name -> plugins that registered it

void claim(Claims& claims, const std::string& name, const std::string& plugin) {
    auto& plugins = claims[name];
    if (std::find(plugins.begin(), plugins.end(), plugin) == plugins.end()) plugins.push_back(plugin);
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "'" : i + 1 == names.size() ? " and '" : ", '") + names[i] + "'";
    return text;
}

}  // namespace

Preferences parse_preferences(std::string_view text) {
    Preferences prefer;
    for (const auto& word : split_words(text)) {
        const auto colon = word.rfind(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == word.size())
            throw Error(Errc::invalid, "PLUGIN_PREFER: '" + word + "' is not NAME:PLUGIN");
        prefer[word.substr(0, colon)] = word.substr(colon + 1);
    }
    return prefer;
}

void Registry::add_builtin(std::unique_ptr<Command> command) {
    const CommandEntry entry{command.get(), ""};
    commands_[command->name] = entry;
    for (const auto& alias : command->aliases) aliases_[alias] = entry;
    builtin_.push_back(std::move(command));
}

bool Registry::granted(const std::string& what, const std::string& name, const std::string& plugin,
                       const std::vector<std::string>& claimants) {
    if (claimants.size() < 2) return true;
    const auto preferred = prefer_.find(name);
    if (preferred != prefer_.end() &&
        std::find(claimants.begin(), claimants.end(), preferred->second) != claimants.end())
        return preferred->second == plugin;
    const std::string sentence = what + " '" + name + "' is registered by the plugins " + quoted_list(claimants) +
                                 "; neither is used until PLUGIN_PREFER=\"" + name + ":PLUGIN\" decides";
    if (std::find(problems_.begin(), problems_.end(), sentence) == problems_.end()) problems_.push_back(sentence);
    if (what == "command") conflicts_[name] = sentence;
    return false;
}

void Registry::take_in(const PluginSet& plugins, const Preferences& prefer) {
    prefer_ = prefer;
    take_commands(plugins);
    take_variables(plugins);
    take_undoers(plugins);
    take_services(plugins);
    for (const auto& plugin : plugins.loaded)
        for (const auto& handler : plugin->registrations.handlers)
            handlers_[handler.event].push_back({plugin->name, &handler.call});
}

void Registry::take_commands(const PluginSet& plugins) {
    Claims claims;
    for (const auto& plugin : plugins.loaded)
        for (const auto& command : plugin->registrations.commands) {
            claim(claims, command->name, plugin->name);
            for (const auto& alias : command->aliases) claim(claims, alias, plugin->name);
        }
    const auto taken = [this](const std::string& name, const std::string& plugin) {
        const auto* entry = this->command(name);
        if (entry == nullptr || !entry->plugin.empty()) return false;
        problems_.push_back("command '" + name + "' of the plugin '" + plugin +
                            "' is left out: jailctl has one of that name");
        return true;
    };
    for (const auto& plugin : plugins.loaded)
        for (const auto& command : plugin->registrations.commands) {
            const CommandEntry entry{command.get(), plugin->name};
            if (!taken(command->name, plugin->name) &&
                granted("command", command->name, plugin->name, claims[command->name]))
                commands_[command->name] = entry;
            for (const auto& alias : command->aliases)
                if (!taken(alias, plugin->name) && granted("command", alias, plugin->name, claims[alias]))
                    aliases_[alias] = entry;
        }
}

namespace {

/// What the plugin's `body` throws is an Error from here on, for callers that know what to do with one.
template <class... Arguments>
void put_under_guard(std::function<void(Arguments...)>& body, const std::string& plugin) {
    if (!body) return;
    body = [plugin, unguarded = std::move(body)](Arguments... arguments) {
        guarded(plugin, [&] { unguarded(arguments...); });
    };
}

Variable under_guard(Variable variable, const std::string& plugin) {
    put_under_guard(variable.check, plugin);
    put_under_guard(variable.inspect, plugin);
    put_under_guard(variable.require, plugin);
    return variable;
}

}  // namespace

void Registry::take_variables(const PluginSet& plugins) {
    Claims claims;
    for (const auto& plugin : plugins.loaded)
        for (const auto& variable : plugin->registrations.variables) claim(claims, variable.name, plugin->name);
    variables_.reserve(claims.size());
    for (const auto& plugin : plugins.loaded)
        for (const auto& variable : plugin->registrations.variables)
            if (granted("variable", variable.name, plugin->name, claims[variable.name]))
                variables_.push_back(under_guard(variable, plugin->name));
}

void Registry::take_undoers(const PluginSet& plugins) {
    Claims claims;
    for (const auto& plugin : plugins.loaded)
        for (const auto& undoer : plugin->registrations.undoers) claim(claims, undoer.first, plugin->name);
    for (const auto& plugin : plugins.loaded)
        for (const auto& [kind, undoer] : plugin->registrations.undoers)
            if (granted("undo step", kind, plugin->name, claims[kind]))
                put_under_guard(undoers_[kind] = undoer, plugin->name);
}

void Registry::take_services(const PluginSet& plugins) {
    std::map<std::string, Claims> claims;
    for (const auto& plugin : plugins.loaded)
        for (const auto& provider : plugin->registrations.providers)
            claim(claims[provider.service], provider.name, plugin->name);
    for (const auto& plugin : plugins.loaded)
        for (const auto& provider : plugin->registrations.providers)
            if (granted("provider of " + provider.service, provider.name, plugin->name,
                        claims[provider.service][provider.name]))
                providers_[provider.service].push_back({plugin->name, provider.name, provider.object.get()});
}

const CommandEntry* Registry::command(std::string_view name) const noexcept {
    if (const auto found = commands_.find(name); found != commands_.end()) return &found->second;
    const auto alias = aliases_.find(name);
    return alias == aliases_.end() ? nullptr : &alias->second;
}

std::string Registry::conflict(std::string_view name) const {
    const auto found = conflicts_.find(name);
    return found == conflicts_.end() ? std::string{} : found->second;
}

std::vector<std::string> Registry::command_words() const {
    std::vector<std::string> words;
    for (const auto& [name, entry] : commands_)
        if (!name.starts_with('_')) words.push_back(name);
    for (const auto& [name, entry] : aliases_) words.push_back(name);
    return words;
}

const std::vector<Registry::Handler>& Registry::handlers(std::string_view event) const noexcept {
    static const std::vector<Handler> none;
    const auto found = handlers_.find(event);
    return found == handlers_.end() ? none : found->second;
}

const std::vector<Registry::Provider>& Registry::providers(std::string_view service) const noexcept {
    static const std::vector<Provider> none;
    const auto found = providers_.find(service);
    return found == providers_.end() ? none : found->second;
}

const Undoer* Registry::find(std::string_view kind) const {
    const auto found = undoers_.find(kind);
    return found == undoers_.end() ? nullptr : &found->second;
}

}  // namespace jailctl::core
