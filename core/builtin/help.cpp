#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "builtin/builtin.hpp"
#include "columns.hpp"
#include "command_line/global_options.hpp"
#include "command_line/usage.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

void show_overview(const Host& host, Console& console) {
    console.line(overview_text(host.registry, terminal_columns(1)));
    console.data("commands", help_data(host.registry));
    console.data("options", options_data(global_description()));
}

void show_help(const Host& host, Invocation& in) {
    if (in.rest().empty()) return show_overview(host, in.console());
    if (in.rest().size() > 1) throw Error(Errc::usage, "'help' takes one command");
    const auto& word = in.rest().front();
    const auto* entry = host.registry.command(word);
    if (entry == nullptr || word.starts_with('_')) throw unknown_command(host, word);
    in.console().line(help_text(*entry, terminal_columns(1)));
    in.console().data("commands", Value::array().push(help_data(*entry->command)));
}

/// What other tools call it.
std::string_view known_elsewhere_as(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> words{
        {{"stat", "status"}, {"list", "status"}, {"ls", "status"}, {"ps", "status"}, {"rm", "delete"},
         {"remove", "delete"}, {"destroy", "delete"}, {"attach", "shell"}, {"enter", "shell"}, {"login", "shell"},
         {"copy", "cp"}, {"kill", "stop"}}};
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.first == word; });
    return found == words.end() ? std::string_view{} : found->second;
}

}  // namespace

Error unknown_command(const Host& host, const std::string& word) {
    Error error(Errc::usage, "unknown command '" + escape_name(word) + "'");
    const auto meant = known_elsewhere_as(word);
    if (!meant.empty() && host.registry.command(meant) != nullptr)
        error.with_hint("did you mean '" + std::string(meant) + "'?");
    else if (const auto near = nearest(word, host.registry.command_words()); !near.empty())
        error.with_hint("did you mean '" + near + "'?");
    else if (host.globals.no_plugins)
        error.with_hint("most commands come with plugins, and --no-plugins leaves all of them out");
    else if (!host.plugins.left_out.empty() || !host.plugins.directory_problem.empty())
        error.with_hint("a plugin is left out, perhaps the one with this command: see 'jailctl plugins'");
    else
        error.with_hint("'jailctl help' lists the commands there are");
    return error;
}

std::unique_ptr<Command> help_command(const Host& host) {
    auto command = std::make_unique<Command>();
    command->name = "help";
    command->summary = "what jailctl, or one command, does";
    command->words = "[COMMAND]";
    command->takes_rest = true;
    command->needs_root = false;
    command->needs_configuration = false;
    command->run = [&host](Invocation& in) { show_help(host, in); };
    return command;
}

}  // namespace jailctl::core
