#pragma once

#include <cstddef>
#include <string>

#include "registry/registry.hpp"

namespace jailctl::core {

/// "Usage:\njailctl <command> <jail> [<path>]..." as the original printed it, with the commands there are. For usage
/// errors only.
[[nodiscard]] std::string usage_text(const Registry& registry);
/// The same for one command: its synopsis.
[[nodiscard]] std::string usage_text(const Command& command);
/// Overview of `jailctl`, `jailctl --help` and `help`: every command with its summary, the global options.
/// @param columns  how wide lines may be
[[nodiscard]] std::string overview_text(const Registry& registry, std::size_t columns);
/// `help COMMAND`: synopsis, summary, paragraphs, options, aliases.
[[nodiscard]] std::string help_text(const CommandEntry& entry, std::size_t columns);
/// "jailctl backup JAIL|all... [DIR|FILE|-] [--cold] [--protect]".
[[nodiscard]] std::string synopsis(const Command& command);

}  // namespace jailctl::core
