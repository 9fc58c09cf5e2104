#pragma once

#include <map>
#include <string>
#include <vector>

#include "jailctl/sdk/registrar.hpp"
#include "plugins/loader.hpp"

namespace jailctl::core {

/// PLUGIN_PREFER="backup:site jail-runtime/1:linux": whose registration of a name counts.
using Preferences = std::map<std::string, std::string, std::less<>>;
/// @throws Error invalid: a word that is not NAME:PLUGIN
[[nodiscard]] Preferences parse_preferences(std::string_view text);

/// A command and who brought it.
struct CommandEntry {
    const Command* command = nullptr;
    std::string plugin;  ///< empty: built in
};

/// Everything that plugins and the host registered, by name. Points into the plugins: outlived by them.
class Registry final : public UndoDirectory {
public:
    /// Built-in commands win over plugins' ones of the same name.
    void add_builtin(std::unique_ptr<Command> command);
    /// Takes in every registration, in loading order. What two plugins registered is left out of both unless `prefer`
    /// decides; each such case is a sentence in problems().
    void take_in(const PluginSet& plugins, const Preferences& prefer);

    /// By name or alias; null if there is none.
    [[nodiscard]] const CommandEntry* command(std::string_view name) const noexcept;
    /// The sentence about `name` if it was left out because several registered it; else empty.
    [[nodiscard]] std::string conflict(std::string_view name) const;
    /// By name, aliases not included.
    [[nodiscard]] const std::map<std::string, CommandEntry, std::less<>>& commands() const noexcept {
        return commands_;
    }
    [[nodiscard]] std::vector<std::string> command_words() const;
    [[nodiscard]] const std::vector<Variable>& variables() const noexcept { return variables_; }
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

    struct Handler {
        std::string plugin;
        const ErasedHandler* call;
    };
    [[nodiscard]] const std::vector<Handler>& handlers(std::string_view event) const noexcept;

    struct Provider {
        std::string plugin, name;
        Service* service;
    };
    [[nodiscard]] const std::vector<Provider>& providers(std::string_view service) const noexcept;
    [[nodiscard]] const Preferences& preferences() const noexcept { return prefer_; }

    [[nodiscard]] const Undoer* find(std::string_view kind) const override;

private:
    struct Claim;
    void take_commands(const PluginSet& plugins);
    void take_variables(const PluginSet& plugins);
    void take_undoers(const PluginSet& plugins);
    void take_services(const PluginSet& plugins);
    /// Whether `plugin` may have `name`, given all plugins that claim it; notes a conflict once.
    bool granted(const std::string& what, const std::string& name, const std::string& plugin,
                 const std::vector<std::string>& claimants);

    std::vector<std::unique_ptr<Command>> builtin_;
    std::map<std::string, CommandEntry, std::less<>> commands_, aliases_;
    std::vector<Variable> variables_;
    std::map<std::string, Undoer, std::less<>> undoers_;
    std::map<std::string, std::vector<Handler>, std::less<>> handlers_;
    std::map<std::string, std::vector<Provider>, std::less<>> providers_;
    std::map<std::string, std::string, std::less<>> conflicts_;  // command name -> sentence
    std::vector<std::string> problems_;
    Preferences prefer_;
};

}  // namespace jailctl::core
