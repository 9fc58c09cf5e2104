#include "builtin/builtin.hpp"

namespace jailctl::core {

void add_builtin_commands(Host& host) {
    host.registry.add_builtin(plugins_command(host));
    host.registry.add_builtin(help_command(host));
    host.registry.add_builtin(version_command());
    host.registry.add_builtin(completion_command());
    host.registry.add_builtin(complete_command(host));
    host.registry.add_builtin(config_command(host));
}

bool runs_without_anything(std::string_view command) { return command == "version" || command == "completion"; }

bool keeps_quiet_about_plugins(std::string_view command) {
    return command == "plugins" || command == "help" || command == "__complete" || runs_without_anything(command);
}

}  // namespace jailctl::core
