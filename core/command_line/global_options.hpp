#pragma once

#include <boost/program_options/options_description.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/host.hpp"

namespace jailctl::core {

enum class Color { automatic, always, never };

/// What the options that every command takes said.
struct Globals {
    GlobalOptions options;
    std::string config;       ///< --config; empty: $JAILCTL_CONF or the default
    std::string plugin_dir;   ///< --plugin-dir; empty: the installed one
    std::vector<std::string> disabled;
    bool no_plugins = false, help = false, version = false;
    Color color = Color::automatic;
};

/// Declarations in the order of help.
[[nodiscard]] boost::program_options::options_description global_description();
[[nodiscard]] bool is_global_option(std::string_view long_name);
/// Whether `token` ("--jobs", "--jobs=2", "-h") is a global option, and whether its value is the next token.
[[nodiscard]] bool is_global_token(std::string_view token);
[[nodiscard]] bool takes_next(std::string_view token);

/// What of a line that cannot be read decides which plugins are loaded: whatever in it can be understood.
[[nodiscard]] Globals salvage_globals(const std::vector<std::string>& line);
/// @throws Error usage
[[nodiscard]] Globals parse_globals(const std::vector<std::string>& tokens);

}  // namespace jailctl::core
