#pragma once

#include "run/host.hpp"

namespace jailctl::core {

/// Registers the commands of the host itself: plugins, help, version, completion, config, and __complete behind it.
void add_builtin_commands(Host& host);

std::unique_ptr<Command> plugins_command(const Host& host);
std::unique_ptr<Command> help_command(const Host& host);
std::unique_ptr<Command> version_command();
std::unique_ptr<Command> completion_command();
std::unique_ptr<Command> complete_command(const Host& host);
std::unique_ptr<Command> config_command(const Host& host);

/// What `config check` looks at of the host's own variables, as Variable::inspect of a plugin's.
[[nodiscard]] std::vector<Variable> own_inspections(const Host& host);

/// With what may be meant, or why it is not there, as the hint.
[[nodiscard]] Error unknown_command(const Host& host, const std::string& word);

/// What a command needs before it runs; by name, because it is asked before plugins are loaded.
/// Version, completion: no plugin, no configuration.
[[nodiscard]] bool runs_without_anything(std::string_view command);
/// Its output would be spoilt, or says it anyway.
[[nodiscard]] bool keeps_quiet_about_plugins(std::string_view command);

}  // namespace jailctl::core
