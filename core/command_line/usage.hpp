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
/// What `help --json` tells of a command: {name, synopsis, summary, details, aliases, options: as options_data()}.
[[nodiscard]] Value help_data(const Command& command);
/// Of every command that is listed, in the order of overview_text().
[[nodiscard]] Value help_data(const Registry& registry);
/// [{option: "-t, --timeout TIME", does}], in the order of help.
[[nodiscard]] Value options_data(const boost::program_options::options_description& options);
/// "jailctl backup JAIL|all... [DIR|FILE|-] [--cold] [--protect]".
[[nodiscard]] std::string synopsis(const Command& command);

}  // namespace jailctl::core
